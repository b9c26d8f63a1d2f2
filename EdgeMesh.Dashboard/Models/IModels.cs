using EdgeMesh.Core.Live;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The models of the mesh, for pages and API. Thread-safe; one per process. Transfers go on when nobody looks.</summary>
public interface IModels
{
    ModelsSnapshot Current { get; }

    /// <summary>Snapshot and newer ones, conflated.</summary>
    ILiveSubscription<ModelsSnapshot> Subscribe();

    /// <summary>Subscribers now; for tests and metrics.</summary>
    int SubscriberCount { get; }

    /// <summary>Asks every linked device again.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>What it would take on each device; nothing is fetched. A problem when the order itself is wrong.</summary>
    Task<(ImmutableArray<InstallForecast> Forecasts, Problem? Problem)> PreviewAsync(ModelOrder order, CancellationToken cancellationToken);

    /// <summary>Starts a transfer to each device; they end on their own. A problem when the order itself is wrong: then nothing starts.</summary>
    Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> InstallAsync(ModelOrder order, CancellationToken cancellationToken);

    /// <summary>Cancels a transfer. Null when done, else why not.</summary>
    Problem? Cancel(string transfer);

    /// <summary>Removes a model from a device's store, or from its engine.</summary>
    /// <param name="confirmed">Also from an engine that somebody else put it into; without it that is the problem <c>needs_confirmation</c>.</param>
    Task<Problem?> RemoveAsync(DeviceId device, string model, bool confirmed, CancellationToken cancellationToken);

    /// <summary>Keeps one file of a person for an install.</summary>
    /// <param name="upload">The upload that it belongs to; null begins a new one.</param>
    Task<(ModelUpload? Upload, Problem? Problem)> UploadAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken);
}
