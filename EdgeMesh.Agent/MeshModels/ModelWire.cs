using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Downloads;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>The store's records as protobuf.</summary>
internal static class ModelWire
{
    /// <summary>The source of the models that come with the agent.</summary>
    public const string BuiltInSource = "built-in";

    public static StoredModel Stored(ModelManifest manifest, ImmutableArray<Skill> skills, bool runnable, bool loaded, double? loadMs)
    {
        var wire = new StoredModel
        {
            Id = manifest.Id,
            Kind = ModelKinds.Word(ModelKinds.Of(manifest)),
            Source = manifest.Source,
            InstalledAtUnixMs = manifest.InstalledAt.ToUnixTimeMilliseconds(),
            Runnable = runnable,
            Loaded = loaded,
        };
        wire.Skills.AddRange(skills.Select(s => s.ToString()));
        wire.Files.AddRange(manifest.Files.Select(f => new StoredFile { Path = f.Path, Sha256 = f.Sha256, Bytes = f.Bytes }));
        loadMs.Into(v => wire.LoadMs = v);

        return wire;
    }

    public static StoredModel BuiltIn(LocalModel model, bool loaded, double? loadMs)
    {
        var wire = new StoredModel { Id = model.Id, Kind = ModelKinds.Word(model.Kind == LocalModelKind.Text ? ModelKind.TextOnnx : ModelKind.ImageOnnx), Source = BuiltInSource, Runnable = true, Loaded = loaded };
        wire.Skills.AddRange(model.Skills.Select(s => s.ToString()));
        loadMs.Into(v => wire.LoadMs = v);

        return wire;
    }

    public static PreviewReply Preview(InstallPreview preview)
    {
        var wire = new PreviewReply { Files = preview.Files, DiskFreeBytes = preview.FreeDiskBytes, DiskShortfallBytes = preview.DiskShortfallBytes, Kind = ModelKinds.Word(preview.Kind) };
        preview.Bytes.Into(v => wire.Bytes = v);
        preview.BytesToFetch.Into(v => wire.BytesToFetch = v);
        preview.MemoryBytes.Into(v => wire.MemoryBytes = v);
        preview.DeviceMemoryBytes.Into(v => wire.DeviceMemoryBytes = v);

        return wire;
    }

    public static InstallStep Step(InstallProgress now)
    {
        var step = Step(now.Phase, now.Bytes, now.TotalBytes, now.BytesPerSecond);
        (step.File, step.FilesDone, step.Files) = (now.File ?? "", now.FilesDone, now.Files);
        return step;
    }

    public static InstallStep Step(InstallPhase phase, long bytes, long? total, double? speed)
    {
        var step = new InstallStep { Phase = phase.ToString(), Bytes = bytes };
        total.Into(v => step.TotalBytes = v);

        if (speed is > 0)
        {
            step.BytesPerSecond = speed.Value;
            if (total >= bytes)
            {
                step.RemainingSeconds = (total.Value - bytes) / speed.Value;
            }
        }

        return step;
    }

    public static ModelFailure Failure(ModelStoreException e) => new() { Reason = e.Failure.ToString(), Cause = e.Message, Remedy = e.Remedy };
}
