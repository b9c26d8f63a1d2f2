namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>Data sets of the service, for calibration and for running models: made here, listed and downloaded. Thread-safe; one per process.</summary>
public interface IHubData
{
    /// <summary>The newest data sets of this account, but those that were removed from the list here.</summary>
    Task<HubDataList> ListAsync(CancellationToken cancellationToken);

    /// <summary>One data set, removed from the list or not.</summary>
    Task<(HubDataset? Dataset, Problem? Problem)> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Makes a data set and sends it; files come from <see cref="IQaiHub.ReceiveAsync"/>.</summary>
    Task<(HubDataset? Dataset, Problem? Problem)> MakeAsync(DatasetOrder order, CancellationToken cancellationToken);

    /// <summary>Its HDF5 file as the service has it, which nothing here reads; goes away when it is closed.</summary>
    Task<(Stream? Content, Problem? Problem)> OpenAsync(string id, CancellationToken cancellationToken);

    /// <summary>Takes it out of the list here. The service itself can remove none: it keeps it until it expires.</summary>
    Task<Problem?> RemoveAsync(string id, CancellationToken cancellationToken);
}

/// <summary>The data sets as they were read.</summary>
/// <param name="Problem">Why they could not be read.</param>
public sealed record HubDataList(ImmutableArray<HubDataset> Items, Problem? Problem);

/// <summary>A data set.</summary>
/// <param name="Expires">When the service deletes it; null for never.</param>
/// <param name="Uploaded">All of it is there.</param>
/// <param name="Note">What this dashboard knows of it; null when it was made elsewhere.</param>
public sealed record HubDataset(string Id, string Name, DateTimeOffset? Created, DateTimeOffset? Expires, bool Uploaded, HubDataNote? Note);

/// <summary>How a data set was made.</summary>
/// <param name="How">In words, such as "24 pictures, cropped to 224 × 224, RGB, values 0 to 1".</param>
/// <param name="ModelId">The model that it is for; null when for none in particular.</param>
public sealed record HubDataNote(string Id, string How, string? ModelId, int Entries, ImmutableArray<HubDataInput> Inputs, bool Removed = false);

/// <summary>An input of a data set, as its first entry is.</summary>
public sealed record HubDataInput(string Name, string Type, ImmutableArray<long> Shape);
