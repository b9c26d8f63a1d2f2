using System.Text.Json.Serialization;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Which model is where.</summary>
public sealed record ModelsDto(IReadOnlyList<MeshModelDto> Models, IReadOnlyList<StoreDto> Stores);

/// <summary>A model and the devices that have it.</summary>
/// <param name="BuiltIn">Came with the agents, for trying out and measuring.</param>
/// <param name="QualityTier">0 for built-in ones, else 1 to 5; null when nothing runs it now.</param>
/// <param name="Bytes">Null when nobody says.</param>
public sealed record MeshModelDto(string Id, bool BuiltIn, IReadOnlyList<Skill> Skills, int? QualityTier, long? Bytes, IReadOnlyList<ModelPlaceDto> Devices)
{
    internal static MeshModelDto From(ModelRow row) => new(row.Id, row.BuiltIn, row.Skills, row.Tier, row.Bytes, [.. row.Places.Select(p => new ModelPlaceDto(
        p.Device.Id, p.Device.Name, p.Runtimes, p.Ready, p.Stored is { BuiltIn: false }, p.Bytes, p.Stored?.Loaded, p.Stored?.LoadMs, p.Stored?.Source, p.Stored?.Kind, p.Stored?.InstalledAt, p.CannotRun, MakerOf(p.Stored?.Source)))]);

    private static string? MakerOf(string? source) => source is not null && HubOrigin.Parse(source) is { } origin ? origin.Emulated ? "emulator" : origin.Confirmed ? "qualcomm" : "unconfirmed" : null;
}

/// <summary>A model on one device.</summary>
/// <param name="Runtimes">The engines that can run it there.</param>
/// <param name="Ready">Whether one of them is ready.</param>
/// <param name="Stored">In the device's own store: it can be relayed and removed.</param>
/// <param name="Loaded">In memory when the device was asked; null when its engine does not say.</param>
/// <param name="LoadMs">What loading it took the last time; null when not measured.</param>
/// <param name="CannotRun">Why no engine there runs it, when the device says so; else null.</param>
/// <param name="Maker">Of a result of AI Hub: qualcomm, emulator, or unconfirmed where it is not known that Qualcomm's service made it; else null.</param>
public sealed record ModelPlaceDto(
    DeviceId DeviceId, string DeviceName, IReadOnlyList<string> Runtimes, bool Ready, bool Stored, long? Bytes, bool? Loaded, double? LoadMs, string? Source, string? Kind, DateTimeOffset? InstalledAt, string? CannotRun, string? Maker);

/// <summary>A device's store.</summary>
public sealed record StoreDto(DeviceId DeviceId, long? DiskFreeBytes, DateTimeOffset ReadAt, Problem? Problem);

/// <summary>A transfer.</summary>
/// <param name="State">Waiting, Running, Succeeded, Failed or Cancelled.</param>
/// <param name="Phase">Listing, Fetching, Unpacking, Installing; Away while a device that it needs is not linked; null before the first.</param>
public sealed record TransferDto(
    string Id, DeviceId DeviceId, string DeviceName, string Model, string Source, string State, string? Phase, long Bytes, long? TotalBytes, double? BytesPerSecond, double? RemainingSeconds,
    Problem? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    internal static TransferDto From(ModelTransfer t) => new(
        t.Id, t.Device, t.DeviceName, t.Model, t.Source, t.State.ToString(), t.Phase, t.Bytes, t.TotalBytes, t.BytesPerSecond, t.RemainingSeconds, t.Problem, t.StartedAt, t.EndedAt);
}

/// <summary>What installing would take on one device.</summary>
/// <param name="FitsMemory">Null when the size or the device's memory is unknown.</param>
/// <param name="MemoryBytes">An estimate.</param>
public sealed record ForecastDto(
    DeviceId DeviceId, string DeviceName, int Files, long? Bytes, long? BytesToFetch, long DiskFreeBytes, long DiskShortfallBytes, bool FitsDisk, long? MemoryBytes, long? DeviceMemoryBytes,
    bool? FitsMemory, string? Kind, Problem? Error)
{
    internal static ForecastDto From(InstallForecast f) => new(
        f.Device, f.DeviceName, f.Files, f.Bytes, f.BytesToFetch, f.DiskFreeBytes, f.DiskShortfallBytes, f.FitsDisk, f.MemoryBytes, f.DeviceMemoryBytes, f.FitsMemory, f.Kind, f.Problem);
}

/// <summary>A file that was uploaded, with those before it.</summary>
public sealed record UploadDto(string Upload, IReadOnlyList<string> Files, long Bytes);

/// <summary>A model to bring to devices.</summary>
/// <param name="DeviceIds">Where to; with more than one, one fetches and the others get it from there.</param>
/// <param name="Source">Where from.</param>
/// <param name="Id">Its name in the mesh; null names it after the source.</param>
/// <param name="Skills">What it can be asked for; null goes by the devices' rules.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelOrderDto(IReadOnlyList<string>? DeviceIds, ModelSourceDto? Source, string? Id = null, IReadOnlyList<Skill>? Skills = null, bool EvenIfMemoryIsShort = false)
{
    /// <summary>The order, or what is wrong with the body.</summary>
    internal (ModelOrder? Order, Problem? Wrong) Read()
    {
        var devices = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var text in DeviceIds ?? [])
        {
            if (!DeviceId.TryParse(text, out var device))
            {
                return (null, ModelProblems.DeviceUnknown(text));
            }

            devices.Add(device);
        }

        var (source, wrong) = Source?.Read() ?? (null, ApiProblems.BodyWrong("The field source is missing.", "source"));
        return source is null ? (null, wrong) : (new ModelOrder(devices.ToImmutable(), source, Id, [.. Skills ?? []], EvenIfMemoryIsShort), null);
    }
}

/// <summary>Where a model comes from: <c>huggingface</c> (repository, revision, files, token, host), <c>url</c> (url, sha256, token), <c>folder</c> (path on the device),
/// <c>device</c> (deviceId, model), <c>upload</c> (upload) or <c>ollama</c> (model).</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Token">An access token; used once, never stored or logged.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ModelSourceDto(
    string? Kind, string? Repository = null, string? Revision = null, IReadOnlyList<string>? Files = null, string? Token = null, string? Host = null, string? Url = null, string? Sha256 = null,
    string? Path = null, string? DeviceId = null, string? Model = null, string? Upload = null)
{
    internal (ModelSource? Source, Problem? Wrong) Read() => Kind switch
    {
        "huggingface" => Repository is { Length: > 0 } repository ? (new ModelSource.HuggingFace(repository, Revision, [.. Files ?? []], Token, Host), null) : Missing("repository"),
        "url" => Url is { Length: > 0 } url ? (new ModelSource.Url(url, Sha256, Token), null) : Missing("url"),
        "folder" => Path is { Length: > 0 } path ? (new ModelSource.Folder(path), null) : Missing("path"),
        "device" => Core.Primitives.DeviceId.TryParse(DeviceId, out var device) && Model is { Length: > 0 } model ? (new ModelSource.Device(device, model), null) : Missing(Model is null ? "model" : "deviceId"),
        "upload" => Upload is { Length: > 0 } upload ? (new ModelSource.Upload(upload), null) : Missing("upload"),
        "ollama" => Model is { Length: > 0 } model ? (new ModelSource.Ollama(model), null) : Missing("model"),
        _ => (null, ApiProblems.BodyWrong("source.kind must be huggingface, url, folder, device, upload or ollama.", "source.kind")),
    };

    private (ModelSource? Source, Problem? Wrong) Missing(string field) => (null, ApiProblems.BodyWrong($"The source {Kind} needs the field {field}.", $"source.{field}"));
}
