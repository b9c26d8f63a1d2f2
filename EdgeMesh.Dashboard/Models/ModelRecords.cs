using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Models;

/// <summary>What the pages, the API and their readers see of models: what each device's store has, and what is on its way. Immutable.</summary>
/// <param name="Stores">By device; only devices that have answered since the dashboard started.</param>
/// <param name="Transfers">Newest first; ended ones are kept for a while.</param>
public sealed record ModelsSnapshot(ImmutableDictionary<DeviceId, DeviceModels> Stores, ImmutableArray<ModelTransfer> Transfers)
{
    public static ModelsSnapshot Empty { get; } = new(ImmutableDictionary<DeviceId, DeviceModels>.Empty, []);
}

/// <summary>The store of one device.</summary>
/// <param name="DiskFreeBytes">Free where its models are; null when it did not say.</param>
/// <param name="ReadAt">When it was asked.</param>
/// <param name="Problem">Why it could not be asked; its models are then the last known ones.</param>
public sealed record DeviceModels(DeviceId Device, ImmutableArray<StoredModelInfo> Models, long? DiskFreeBytes, DateTimeOffset ReadAt, Problem? Problem = null);

/// <summary>A model in a device's store, or one that came with its agent.</summary>
/// <param name="Id">Its name in the mesh.</param>
/// <param name="Kind">text-onnx, image-onnx, onnx, epcontext, qnn-context, qnn-dlc, tflite, gguf, emulated (a placeholder of the AI Hub emulator) or other.</param>
/// <param name="Source">Where it came from, without secrets; <c>built-in</c> when it came with the agent.</param>
/// <param name="Files">With their SHA-256; empty for built-in ones.</param>
/// <param name="InstalledAt">Null for built-in ones.</param>
/// <param name="Runnable">The agent runs it itself; else it is kept for another engine.</param>
/// <param name="Loaded">In memory when the device was asked.</param>
/// <param name="LoadMs">What loading it took the last time; null when it was not loaded since the agent started.</param>
public sealed record StoredModelInfo(
    string Id, string Kind, string Source, ImmutableArray<Skill> Skills, ImmutableArray<ModelFileInfo> Files, DateTimeOffset? InstalledAt, bool Runnable, bool Loaded, double? LoadMs)
{
    public bool BuiltIn => Source == "built-in";

    public long Bytes => Files.Sum(f => f.Bytes);
}

/// <summary>A file of a model: where it is in its folder, 64 hex digits, and its length.</summary>
public sealed record ModelFileInfo(string Path, string Sha256, long Bytes);

public enum TransferState
{
    /// <summary>Another device fetches it first, or a device that it needs is away.</summary>
    Waiting,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>A model on its way to one device.</summary>
/// <param name="Id">Its own.</param>
/// <param name="Model">The model's name, as far as it is known.</param>
/// <param name="Source">For people, without secrets.</param>
/// <param name="Phase">Listing, Fetching, Unpacking, Installing; Away while a device that it needs is not linked; null before the first.</param>
/// <param name="Bytes">Bytes that are there.</param>
/// <param name="TotalBytes">Null when the source does not say.</param>
/// <param name="BytesPerSecond">Measured by the device over the last seconds; null until there is something to measure.</param>
/// <param name="RemainingSeconds">At that speed.</param>
/// <param name="Problem">When it failed: the device, the cause, the remedy.</param>
public sealed record ModelTransfer(
    string Id, DeviceId Device, string DeviceName, string Model, string Source, TransferState State, string? Phase, long Bytes, long? TotalBytes, double? BytesPerSecond,
    double? RemainingSeconds, Problem? Problem, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>The phase of a transfer that waits for a device.</summary>
    public const string Away = "Away";

    public bool IsOver => State is TransferState.Succeeded or TransferState.Failed or TransferState.Cancelled;

    /// <summary>0 to 1; null when the total is unknown.</summary>
    public double? Share => TotalBytes is > 0 ? Math.Clamp((double)Bytes / TotalBytes.Value, 0, 1) : null;
}

/// <summary>What installing would take on one device, told before a byte is fetched.</summary>
/// <param name="BytesToFetch">Not there yet; null when the source does not say.</param>
/// <param name="DiskShortfallBytes">How many more would have to be free; 0 fits.</param>
/// <param name="MemoryBytes">An estimate; null when unknown.</param>
/// <param name="Problem">Why nothing can be told, or null.</param>
public sealed record InstallForecast(
    DeviceId Device, string DeviceName, int Files, long? Bytes, long? BytesToFetch, long DiskFreeBytes, long DiskShortfallBytes, long? MemoryBytes, long? DeviceMemoryBytes, string? Kind, Problem? Problem)
{
    public bool FitsDisk => Problem is null && DiskShortfallBytes == 0;

    /// <summary>Null when one of the two is unknown.</summary>
    public bool? FitsMemory => Problem is null && MemoryBytes is { } wanted && DeviceMemoryBytes is { } there ? wanted <= there : null;
}

/// <summary>Files that a person sent, kept until they are installed.</summary>
public sealed record ModelUpload(string Id, ImmutableArray<ModelFileInfo> Files)
{
    public long Bytes => Files.Sum(f => f.Bytes);
}
