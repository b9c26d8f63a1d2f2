using System.Runtime.CompilerServices;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Turns an order into what a device is asked, and into where the files come from that it will ask for.</summary>
public sealed class ModelWishes(IFleet fleet, IDeviceLinks links, ModelBoard board, ModelUploads uploads)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>The name that it will have, as far as the order tells.</summary>
    public string NameOf(ModelOrder order) => order switch
    {
        { Id: { Length: > 0 } id } => id,
        { Source: ModelSource.HuggingFace hub } => hub.Repository,
        { Source: ModelSource.Device device } => device.Model,
        { Source: ModelSource.Ollama ollama } => ollama.Model,
        { Source: ModelSource.Upload upload } => Path.GetFileNameWithoutExtension(uploads.Find(upload.Id)?.Files[0].Path ?? "upload"),
        { Source: ModelSource.Folder folder } => folder.Path.TrimEnd('/', '\\').Split('/', '\\')[^1],
        _ => Path.GetFileNameWithoutExtension(order.Source.Name.Split('/')[^1]),
    };

    /// <summary>What is wrong with the order itself, or null.</summary>
    public Problem? Check(ModelOrder order) =>
        order.Devices.IsDefaultOrEmpty ? ModelProblems.NoDevice()
        : order.Devices.FirstOrDefault(d => fleet.Current.Find(d) is null) is { Value: not null } unknown ? ModelProblems.DeviceUnknown(unknown.Value)
        : order.Source switch
        {
            ModelSource.Upload upload when uploads.Find(upload.Id) is null => ModelProblems.UploadUnknown(),
            ModelSource.Device device when Stored(device) is null => ModelProblems.SourceLacksModel(fleet.Current.NameOf(device.From), device.Model),
            _ => null,
        };

    /// <summary>The wish of an order that was checked.</summary>
    internal (InstallWish Wish, FileFeed? Feed) Make(ModelOrder order)
    {
        var wish = new InstallWish { Id = order.Id ?? "", EvenIfMemoryIsShort = order.EvenIfMemoryIsShort };
        if (!order.Skills.IsDefault)
        {
            wish.Skills.AddRange(order.Skills.Select(s => s.ToString()));
        }

        switch (order.Source)
        {
            case ModelSource.HuggingFace hub:
                wish.HuggingFace = new HuggingFace { Repository = hub.Repository, Revision = hub.Revision ?? "", Token = hub.Token ?? "", Host = hub.Host ?? "", Files = { hub.Files } };
                return (wish, null);
            case ModelSource.Url url:
                wish.Download = new Download { Url = url.Address, Sha256 = url.Sha256 ?? "", Token = url.Token ?? "", Kind = url.Kind is { } kind ? Word(kind) : "" };
                return (wish, null);
            case ModelSource.Folder folder:
                wish.Folder = new LocalFolder { Path = folder.Path };
                return (wish, null);
            case ModelSource.Ollama ollama:
                wish.Pull = new EnginePull { Model = ollama.Model };
                return (wish, null);
            case ModelSource.Upload from when uploads.Find(from.Id) is { } upload:
                (wish.Id, wish.Relay) = (NameOf(order), new Relay { Name = $"upload:{upload.Files[0].Path}", Unpack = upload.Files.Length == 1, Files = { Offer(upload.Files) } });
                return (wish, (path, offset, stop) => UploadedAsync(upload, path, offset, stop));
            case ModelSource.Device from when Stored(from) is { } model:
                if (wish.Skills.Count == 0)
                {
                    wish.Skills.AddRange(model.Skills.Select(s => s.ToString()));
                }

                // Under the same name, and with its first source: a relay changes nothing about where a model came from.
                (wish.Id, wish.Relay) = (order.Id ?? model.Id, new Relay { Name = model.Source, Kind = model.Kind, Files = { Offer(model.Files) } });
                return (wish, (path, offset, stop) => RelayedAsync(from, path, offset, stop));
            case ModelSource.Artifact artifact:
                (wish.Id, wish.Relay) = (NameOf(order), new Relay { Name = artifact.Name, Kind = Word(artifact.Kind), Unpack = true, Files = { Offer([artifact.File]) } });
                return (wish, (_, offset, stop) => ReadAsync(File.OpenRead(artifact.Path), offset, stop));
            default:
                return (wish, null);
        }
    }

    /// <summary>Keeps what the order needs on this side until disposed; null when it needs nothing.</summary>
    internal IDisposable? Keep(ModelSource source) => source is ModelSource.Upload upload ? uploads.Use(upload.Id) : null;

    internal void Forget(ModelSource source)
    {
        if (source is ModelSource.Upload upload)
        {
            uploads.Remove(upload.Id);
        }
    }

    private static IEnumerable<StoredFile> Offer(ImmutableArray<ModelFileInfo> files) => files.Select(f => new StoredFile { Path = f.Path, Sha256 = f.Sha256, Bytes = f.Bytes });

    // The stores' words for what AI Hub compiles.
    private static string Word(ArtifactKind kind) => kind switch
    {
        ArtifactKind.PrecompiledQnnOnnx => "epcontext",
        ArtifactKind.QnnContextBinary => "qnn-context",
        ArtifactKind.QnnDlc => "qnn-dlc",
        ArtifactKind.TfLite => "tflite",
        _ => "onnx",
    };

    private StoredModelInfo? Stored(ModelSource.Device source) =>
        board.Current.Stores.GetValueOrDefault(source.From)?.Models.FirstOrDefault(m => m.Id == source.Model && !m.BuiltIn);

    private IAsyncEnumerable<ReadOnlyMemory<byte>> UploadedAsync(ModelUpload upload, string path, long offset, CancellationToken stop)
    {
        var file = upload.Files.FirstOrDefault(f => f.Path == path) ?? throw new IOException("The device asks for a file that was not offered.");
        return ReadAsync(uploads.Open(upload, file), offset, stop);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream content, long offset, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var stream = content;
        stream.Position = Math.Clamp(offset, 0, stream.Length);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, stop)) > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> RelayedAsync(ModelSource.Device from, string path, long offset, [EnumeratorCancellation] CancellationToken stop)
    {
        var link = links.Find(from.From) ?? throw new IOException("The device that has it is not online.");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, link.Closed);
        using var call = link.Client.GetModelFile(new GetFileRequest { Id = from.Model, Path = path, Offset = offset }, new CallOptions(cancellationToken: over.Token));
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(over.Token))
        {
            yield return chunk.Data.Memory;
        }
    }
}
