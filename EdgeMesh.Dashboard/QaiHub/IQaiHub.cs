using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Qualcomm AI Hub for pages and API. Thread-safe; one per process. Jobs, uploads and downloads go on when nobody looks.</summary>
public interface IQaiHub
{
    HubSnapshot Current { get; }

    /// <summary>Snapshot and newer ones, conflated. While someone is subscribed the tracker asks the service more often.</summary>
    ILiveSubscription<HubSnapshot> Subscribe();

    /// <summary>Subscribers now; for tests and metrics.</summary>
    int SubscriberCount { get; }

    /// <summary>What the connection is made from; never with the token.</summary>
    HubSettings Settings { get; }

    /// <summary>Changes host or token and looks at the connection with them. A problem when they are not kept.</summary>
    Task<Problem?> SaveAsync(HubSettingsWish wish, CancellationToken cancellationToken);

    /// <summary>Looks at everything that a connection needs, in order.</summary>
    Task<HubConnection> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Reads the catalogue when it was never read or is old; with <paramref name="now"/> in any case.</summary>
    Task<HubCatalogue> DevicesAsync(bool now, CancellationToken cancellationToken);

    /// <summary>Reads a person's models.</summary>
    Task<HubModelList> ModelsAsync(CancellationToken cancellationToken);

    /// <summary>A model by its id; one of a job that was not listed too.</summary>
    Task<(HubModel? Model, Problem? Problem)> ModelAsync(string id, CancellationToken cancellationToken);

    /// <summary>Keeps one file of a person until all of a model are there.</summary>
    /// <param name="upload">The upload that it belongs to; null begins a new one.</param>
    Task<(HubUpload? Upload, Problem? Problem)> ReceiveAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken);

    /// <summary>Sends what was received to the service; it goes on by itself, with its progress in the snapshot.</summary>
    Task<(HubTransfer? Transfer, Problem? Problem)> SendAsync(string upload, string name, CancellationToken cancellationToken);

    /// <summary>A failed upload goes on where it was.</summary>
    Problem? Resume(string transfer);

    /// <summary>Ends an upload or download.</summary>
    Problem? Cancel(string transfer);

    /// <summary>Inputs of an ONNX model that this dashboard uploaded; empty when they are not known here.</summary>
    Task<ImmutableArray<TensorSpec>> InputsAsync(string model, CancellationToken cancellationToken);

    /// <summary>What is known to be wrong with an order before anything is sent.</summary>
    Task<ImmutableArray<HubFinding>> CheckAsync(HubOrder order, CancellationToken cancellationToken);

    /// <summary>Sends a job and tracks it.</summary>
    Task<(TrackedJob? Job, Problem? Problem)> SubmitAsync(HubOrder order, CancellationToken cancellationToken);

    /// <summary>Waits a moment for the tracker to ask the service, unless it did just now: for those who do not subscribe.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Brings a page of older jobs of the account into the snapshot.</summary>
    Task<Problem?> OlderJobsAsync(CancellationToken cancellationToken);

    /// <summary>A page of everybody's jobs that the token may see, newest first; nothing of it is tracked.</summary>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="project">Only those of the project with this id, as far as the service knows projects; null for all.</param>
    Task<(HubPage<TrackedJob>? Page, Problem? Problem)> EverybodysJobsAsync(int offset, string? project, CancellationToken cancellationToken);

    /// <summary>The projects that the account sees; empty where the service tells of none, or cannot be asked.</summary>
    Task<ImmutableArray<HubProject>> ProjectsAsync(CancellationToken cancellationToken);

    /// <summary>A log of a job, fetched now; the stream is to be closed.</summary>
    Task<(Stream? Content, string FileName, Problem? Problem)> LogAsync(string job, HubLogKind kind, CancellationToken cancellationToken);

    /// <summary>A job by its id, read now when it is not tracked yet.</summary>
    Task<(TrackedJob? Job, Problem? Problem)> JobAsync(string id, CancellationToken cancellationToken);

    /// <summary>The service's own page of a job; null with the emulator, which has none.</summary>
    Uri? PageOf(string job);

    /// <summary>Gets the compiled model of a job to the dashboard's disk and checks it; one that is there already is not fetched again.</summary>
    Task<(HubArtifact? Artifact, Problem? Problem)> DownloadAsync(string job, CancellationToken cancellationToken);

    /// <summary>The file that was downloaded, or null.</summary>
    (Stream? Content, string FileName) OpenArtifact(string job);

    /// <summary>Every device of the mesh with whether a job's artifact fits, and why; empty when the job has none.</summary>
    ImmutableArray<ArtifactPlace> Places(string job);

    /// <summary>Puts a job's artifact into the store of devices; downloads it first when needed. The transfers are those of the models.</summary>
    Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(string job, ImmutableArray<DeviceId> devices, CancellationToken cancellationToken);

    /// <summary>Devices of the mesh that have the chipset of a catalogue's device.</summary>
    ImmutableArray<HubMeshDevice> InMesh(HubDevice device);
}

/// <summary>What the connection is made from.</summary>
/// <param name="Host">The service's address.</param>
/// <param name="TokenHint">The token, masked but for its last characters; null when there is none.</param>
/// <param name="TokenFrom">Where it was found, in words.</param>
/// <param name="Looked">Every place that was looked at, with what was there.</param>
/// <param name="Emulated">The emulator was asked for at start: nothing of this is used.</param>
/// <param name="Stored">Host or token were entered here.</param>
public sealed record HubSettings(string Host, string? TokenHint, string TokenFrom, ImmutableArray<string> Looked, bool Emulated, bool Stored);

/// <summary>A change of the settings; null leaves as it is.</summary>
/// <param name="Host">Empty means the default. Another one than before needs its token in the same wish.</param>
/// <param name="Token">Empty removes the stored one. Never logged or given out.</param>
public sealed record HubSettingsWish(string? Host, string? Token)
{
    // A record prints its members: this one must not.
    public override string ToString() => $"HubSettingsWish {{ Host = {Host} }}";
}

/// <summary>Files that a person sent, kept until they went to the service.</summary>
public sealed record HubUpload(string Id, ImmutableArray<HubUploadFile> Files)
{
    public long Bytes => Files.Sum(f => f.Bytes);
}

public sealed record HubUploadFile(string Name, long Bytes);

/// <summary>A device of the mesh.</summary>
public sealed record HubMeshDevice(DeviceId Id, string Name, int Ordinal);
