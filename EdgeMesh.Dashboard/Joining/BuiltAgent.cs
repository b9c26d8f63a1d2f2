using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>Packs the agent that was built together with this dashboard: only the files that its <c>deps.json</c> names, and its models.</summary>
internal static class BuiltAgent
{
    private const string Program = "edgemesh-agent";
    private const string Models = "BuiltInModels";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes the archive; false when no agent was built here.</summary>
    public static async Task<bool> PackAsync(string folder, string rid, string archive)
    {
        var program = Program + (rid.StartsWith("win", StringComparison.Ordinal) ? ".exe" : "");
        var dependencies = Path.Combine(folder, Program + ".deps.json");
        if (!File.Exists(Path.Combine(folder, program)) || !File.Exists(dependencies))
        {
            return false;
        }

        ImmutableArray<string> files = [program, Program + ".runtimeconfig.json", Program + ".deps.json", .. Named(await File.ReadAllTextAsync(dependencies), rid)];
        var models = Directory.EnumerateFiles(Path.Combine(folder, Models), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f));
        var all = files.Where(f => File.Exists(Path.Combine(folder, f))).Concat(models).Distinct().Order(StringComparer.Ordinal).ToList();
        var temporary = archive + ".new";
        if (archive.EndsWith(".zip", StringComparison.Ordinal))
        {
            await ZipAsync(folder, all, temporary);
        }
        else
        {
            await TarAsync(folder, program, all, temporary);
        }

        File.Move(temporary, archive, overwrite: true);
        return true;
    }

    /// <summary>The files that a <c>deps.json</c> names for one platform, relative to the program; pure.</summary>
    internal static ImmutableArray<string> Named(string dependencies, string rid)
    {
        using var json = JsonDocument.Parse(dependencies);
        var files = ImmutableArray.CreateBuilder<string>();
        foreach (var library in json.RootElement.GetProperty("targets").EnumerateObject().SelectMany(t => t.Value.EnumerateObject()).Select(l => l.Value))
        {
            if (library.TryGetProperty("runtime", out var managed))
            {
                files.AddRange(managed.EnumerateObject().Select(f => Path.GetFileName(f.Name)));
            }

            if (library.TryGetProperty("runtimeTargets", out var native))
            {
                files.AddRange(native.EnumerateObject().Where(f => f.Value.GetProperty("rid").GetString() is { } of && Fits(of, rid)).Select(f => f.Name));
            }
        }

        return files.ToImmutable();
    }

    // "unix" and "win" hold what all of a family share.
    private static bool Fits(string of, string rid) => of == rid || of == rid.Split('-')[0] || (of == "unix" && !rid.StartsWith("win", StringComparison.Ordinal));

    private static async Task ZipAsync(string folder, List<string> files, string path)
    {
        await using var file = File.Create(path);
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: false, entryNameEncoding: null);
        foreach (var name in files)
        {
            await zip.CreateEntryFromFileAsync(Path.Combine(folder, name), name.Replace('\\', '/'), CompressionLevel.Fastest);
        }
    }

    private static async Task TarAsync(string folder, string program, List<string> files, string path)
    {
        await using var file = File.Create(path);
        await using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        await using var tar = new TarWriter(gzip, TarEntryFormat.Pax);
        foreach (var name in files)
        {
            await using var content = File.OpenRead(Path.Combine(folder, name));
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                Mode = name == program ? Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Readable,
            });
        }
    }
}
