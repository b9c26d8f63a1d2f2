using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <summary>Uploaded and compiled models.</summary>
public interface IHubModels
{
    /// <summary>Creates the model at the service and says how its file is to be sent. Nothing of the file is sent yet.</summary>
    Task<UploadState> BeginUploadAsync(ModelUpload upload, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends what is missing and completes the upload. After a cut or a restart, call it again with the last state it reported: parts that the storage has are not sent
    /// again. Addresses that expired are renewed by themselves.
    /// </summary>
    /// <param name="state">Where the upload is.</param>
    /// <param name="progress">Called after each part with a state to keep, and with bytes in between; may be null. Calls come one at a time.</param>
    /// <returns>The model's id.</returns>
    Task<string> ContinueUploadAsync(UploadState state, IProgress<UploadProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Models, newest first.</summary>
    /// <param name="producer">Only those that this job made, or null.</param>
    Task<HubPage<HubModel>> ListAsync(int offset, int limit, string? producer = null, CancellationToken cancellationToken = default);

    Task<HubModel> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Where the model's file can be fetched for a while.</summary>
    Task<HubFile> GetFileAsync(string id, CancellationToken cancellationToken = default);
}

/// <summary>What to upload.</summary>
/// <param name="Path">A file, or a zip of a folder (<see cref="Directory"/>).</param>
/// <param name="Type">What it is.</param>
/// <param name="Name">Its name at the service.</param>
/// <param name="Directory">True when the file is the zip of a model folder (ONNX with its weights beside it).</param>
public sealed record ModelUpload(string Path, ModelType Type, string Name, bool Directory = false);

/// <summary>A model at the service.</summary>
/// <param name="Producer">The job that made it, or null for an upload.</param>
/// <param name="Metadata">What the compiler noted.</param>
public sealed record HubModel(
    string Id,
    string Name,
    ModelType Type,
    DateTimeOffset? Created,
    string? Producer,
    string? Owner,
    bool Uploaded,
    bool Directory,
    ImmutableDictionary<ModelMetadataKey, string> Metadata)
{
    /// <summary>Who said so.</summary>
    public HubSource Source { get; init; }
}
