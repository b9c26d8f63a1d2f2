using System.IO.Compression;
using EdgeMesh.Core.Arrays;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>Turns a person's files, or an order for random numbers, into the entries of a data set.</summary>
internal static class DatasetMaker
{
    private const int MaxImageBytes = 64 << 20;

    /// <summary>The content, and in words how it was made.</summary>
    /// <param name="folder">Where the files of an upload are.</param>
    /// <param name="inputs">The model's inputs; empty where they are not known.</param>
    /// <exception cref="DatasetException">It cannot be made, and why.</exception>
    public static (DatasetContent Content, string How) Make(DatasetSource source, string folder, ImmutableArray<HubUploadFile> files, ImmutableArray<TensorSpec> inputs, DatasetBounds bounds, CancellationToken cancel = default)
    {
        var (tensors, how) = source switch
        {
            DatasetSource.Random random => (Random(random, inputs, bounds), $"{Count(random.Entries, "random entry", "random entries")} (seed {random.Seed}); they say nothing about accuracy"),
            DatasetSource.Images images => Images(images, folder, files, inputs, bounds, cancel),
            _ => (Arrays(folder, files, inputs, bounds), $"from {string.Join(", ", files.Select(f => f.Name).Take(3))}{(files.Length > 3 ? $" and {files.Length - 3} more" : "")}"),
        };
        var content = new DatasetContent(tensors);
        Check(content, inputs, bounds);
        return (content, how);
    }

    private static ImmutableArray<DatasetTensor> Random(DatasetSource.Random source, ImmutableArray<TensorSpec> inputs, DatasetBounds bounds)
    {
        if (source.Entries < 1 || source.Entries > bounds.MaxEntries)
        {
            throw new DatasetException($"{source.Entries:N0} entries were ordered.", $"Order 1 to {bounds.MaxEntries:N0}.");
        }

        if (inputs.IsEmpty)
        {
            throw new DatasetException("Without a model's inputs it is not known what to make.", "Choose a model that was uploaded here as ONNX, or give the inputs' names, shapes and types.");
        }

        var bytes = 0m;
        foreach (var input in inputs)
        {
            if (!input.IsStatic)
            {
                throw new DatasetException($"The input \"{input.Name}\" has a size that is not fixed: {input.ShapeText}.", "Give every size a number.");
            }

            if (!DatasetArray.Sizes.TryGetValue(input.Dtype, out var size))
            {
                throw new DatasetException($"The input \"{input.Name}\" is of the type {HubTypes.Name(input.Dtype)}, which a data set cannot have.", "Choose another model.");
            }

            bytes += input.Shape.Aggregate((decimal)size, (product, d) => product > long.MaxValue ? product : product * d.Size!.Value) * source.Entries;
        }

        if (bytes > bounds.MaxBytes)
        {
            throw TooLarge(bounds);
        }

        var random = new Random(source.Seed);
        return [.. inputs.Select(input => new DatasetTensor(input.Name, RandomEntries.Of(input, source.Entries, random)))];
    }

    private static ImmutableArray<DatasetTensor> Arrays(string folder, ImmutableArray<HubUploadFile> files, ImmutableArray<TensorSpec> inputs, DatasetBounds bounds)
    {
        var left = bounds.MaxBytes;
        var entries = new Dictionary<string, List<DatasetArray>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var (name, array) in Read(Path.Combine(folder, file.Name), file.Name, inputs, left))
            {
                left -= array.Numbers.Length;
                var input = inputs.FirstOrDefault(i => i.Name == name);
                if (input is null && !inputs.IsEmpty)
                {
                    throw new DatasetException($"{file.Name} has \"{name}\", which is no input of the model.", $"Its inputs are {string.Join(", ", inputs.Select(i => i.Name))}: name the arrays so.");
                }

                if (!entries.TryGetValue(name, out var list))
                {
                    entries[name] = list = [];
                }

                list.AddRange(ArrayEntries.Of(name, array, input));
            }
        }

        // In the model's order, where it is known.
        return [.. entries.OrderBy(e => inputs.IsEmpty ? 0 : inputs.IndexOf(inputs.First(i => i.Name == e.Key))).Select(e => new DatasetTensor(e.Key, [.. e.Value]))];
    }

    private static IEnumerable<(string Name, Npy Array)> Read(string path, string name, ImmutableArray<TensorSpec> inputs, long left)
    {
        try
        {
            if (name.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
            {
                using var archive = File.OpenRead(path);
                return [.. Npy.ReadArchive(archive, left).Select(a => (a.Key, a.Value))];
            }

            if (!name.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            {
                throw new DatasetException($"{name} is no .npz or .npy file.", "Save the arrays with NumPy's savez or save, or make the data set from pictures.");
            }

            if (new FileInfo(path).Length > left)
            {
                throw new DatasetException($"{name} is larger than is allowed.", "Give less, or in several data sets.");
            }

            var stem = Path.GetFileNameWithoutExtension(name);
            var input = inputs is [var only] && only.Name != stem ? only.Name : stem;
            return [(input, Npy.Read(File.ReadAllBytes(path), name))];
        }
        catch (NpyException e)
        {
            throw new DatasetException($"{name}: {e.Message}", "Save it again with NumPy.");
        }
    }

    private static (ImmutableArray<DatasetTensor> Tensors, string How) Images(DatasetSource.Images source, string folder, ImmutableArray<HubUploadFile> files, ImmutableArray<TensorSpec> inputs, DatasetBounds bounds, CancellationToken cancel)
    {
        ImmutableArray<ImageForm> forms = [.. inputs.Where(i => source.Input is null or "" || i.Name == source.Input).Select(ImageForm.Of).OfType<ImageForm>()];
        if (forms is not [var form])
        {
            throw new DatasetException(
                forms.IsEmpty ? "No input takes pictures: none is 1 × 3 × height × width or 1 × height × width × 3, of float or uint8, with every size a number." : $"Several inputs take pictures: {string.Join(", ", forms.Select(f => f.Input.Name))}.",
                forms.IsEmpty ? "Give the input with its sizes, or use .npz files." : "Say which.");
        }

        if (inputs.Length > 1)
        {
            throw new DatasetException($"The model has further inputs: {string.Join(", ", inputs.Where(i => i != form.Input).Select(i => i.Name))}.", "Give all of them in .npz files.");
        }

        var entries = ImmutableArray.CreateBuilder<DatasetArray>();
        var left = bounds.MaxBytes;
        foreach (var (name, bytes) in files.SelectMany(file => Pictures(Path.Combine(folder, file.Name), file.Name)))
        {
            cancel.ThrowIfCancellationRequested();
            var entry = ImageEntries.Of(Picture.Read(bytes, name), form, source.Fit, source.Scale);
            left -= entry.Numbers.Length;
            if (entries.Count == bounds.MaxEntries || left < 0)
            {
                throw TooLarge(bounds);
            }

            entries.Add(entry);
        }

        return ([new DatasetTensor(form.Input.Name, entries.ToImmutable())], $"{Count(entries.Count, "picture", "pictures")}, {ImageEntries.How(form, source.Fit, source.Scale)}");
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Pictures(string path, string name)
    {
        if (!name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            if (new FileInfo(path).Length > MaxImageBytes)
            {
                throw new DatasetException($"{name} has more than {MaxImageBytes >> 20} MB.", "Make it smaller.");
            }

            yield return (name, File.ReadAllBytes(path));
            yield break;
        }

        using var zip = Open(path, name);
        foreach (var entry in zip.Entries.Where(e => e.Name.Length > 0 && e.Name[0] != '.' && !e.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal)))
        {
            yield return (entry.Name, Unpacked(entry, name));
        }
    }

    private static ZipArchive Open(string path, string name)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException)
        {
            throw new DatasetException($"{name} is no zip, or it is damaged.", "Zip the pictures again.");
        }
    }

    private static byte[] Unpacked(ZipArchiveEntry entry, string archive)
    {
        try
        {
            using var from = entry.Open();
            using var to = new MemoryStream();
            var buffer = new byte[81_920];
            int read;
            while ((read = from.Read(buffer)) > 0)
            {
                // What the archive says about its sizes is not believed.
                if (to.Length + read > MaxImageBytes)
                {
                    throw new DatasetException($"{entry.Name} has more than {MaxImageBytes >> 20} MB.", "Make it smaller.");
                }

                to.Write(buffer, 0, read);
            }

            return to.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new DatasetException($"{archive} is damaged at {entry.Name}.", "Zip the pictures again.");
        }
    }

    private static void Check(DatasetContent content, ImmutableArray<TensorSpec> inputs, DatasetBounds bounds)
    {
        if (content.Tensors.IsEmpty || content.Entries == 0)
        {
            throw new DatasetException("There is nothing in it.", "Give at least one entry for each input.");
        }

        if (content.Tensors.Length > bounds.MaxTensors || content.Entries > bounds.MaxEntries || content.Bytes > bounds.MaxBytes || content.Tensors.Any(t => t.Entries.Any(e => e.Shape.Length > bounds.MaxRank)))
        {
            throw TooLarge(bounds);
        }

        if (inputs.FirstOrDefault(i => content.Tensors.All(t => t.Name != i.Name)) is { } missing)
        {
            throw new DatasetException($"There is nothing for the input \"{missing.Name}\".", $"Give arrays for all inputs: {string.Join(", ", inputs.Select(i => i.Name))}.");
        }

        if (content.Tensors.Select(t => t.Entries.Length).Distinct().Count() > 1)
        {
            throw new DatasetException($"The inputs have different numbers of entries: {string.Join(", ", content.Tensors.Select(t => $"{t.Name} {t.Entries.Length}"))}.", "Give equally many for each.");
        }
    }

    private static DatasetException TooLarge(DatasetBounds bounds) => new(
        $"A data set may have {bounds.MaxTensors} inputs, {bounds.MaxEntries:N0} entries, {bounds.MaxRank} sizes for an array and {bounds.MaxBytes >> 20} MB of numbers.", "Give less; some hundred entries are usually enough to calibrate.");

    private static string Count(int count, string one, string many) => count == 1 ? $"1 {one}" : $"{count:N0} {many}";
}

/// <summary>How large a data set may be.</summary>
internal sealed record DatasetBounds(long MaxBytes, int MaxEntries = 1_000, int MaxTensors = 64, int MaxRank = 8);
