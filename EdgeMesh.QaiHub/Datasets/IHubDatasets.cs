using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.QaiHub.Datasets;

/// <summary>Data for inference and calibration: HDF5 files.</summary>
public interface IHubDatasets
{
    /// <summary>Creates a data set, sends its file in one piece and completes it.</summary>
    /// <param name="path">The file; streamed, never in memory as a whole.</param>
    /// <param name="progress">Bytes that were sent; may be null.</param>
    /// <returns>The data set's id.</returns>
    Task<string> UploadAsync(string path, string name, IProgress<long>? progress = null, CancellationToken cancellationToken = default);

    Task<HubPage<HubDataset>> ListAsync(int offset, int limit, CancellationToken cancellationToken = default);

    Task<HubDataset> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Where its file can be fetched for a while.</summary>
    Task<HubFile> GetFileAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>A data set at the service.</summary>
/// <param name="Expires">When the service deletes it; null for a permanent one.</param>
public sealed record HubDataset(string Id, string Name, DateTimeOffset? Created, DateTimeOffset? Expires, bool Uploaded, bool Permanent);
