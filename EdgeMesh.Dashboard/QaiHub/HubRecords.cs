using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>What the pages, the API and their readers see of QAI Hub. Immutable.</summary>
/// <param name="Connection">Null until it was looked at.</param>
/// <param name="Catalogue">The devices of the service.</param>
/// <param name="Models">A person's models there.</param>
/// <param name="Jobs">Tracked jobs, newest first.</param>
/// <param name="Transfers">Uploads and downloads, newest first; ended ones are kept for a while.</param>
public sealed record HubSnapshot(HubConnection? Connection, HubCatalogue Catalogue, HubModelList Models, HubJobList Jobs, ImmutableArray<HubTransfer> Transfers)
{
    public static HubSnapshot Empty { get; } = new(null, HubCatalogue.Empty, HubModelList.Empty, HubJobList.Empty, []);

    /// <summary>Who answers, as far as it was heard.</summary>
    public HubSource Source => Connection?.Status.Source ?? HubSource.Unknown;

    /// <summary>What is shown comes from an emulator, not from Qualcomm.</summary>
    public bool IsEmulated => Source == HubSource.Emulator;

    public bool IsConnected => Connection is { Status.Connected: true };

    /// <summary>There is something to ask the service with; whether it answers shows when it is asked.</summary>
    public bool IsConfigured => Connection?.Status.Checks.Any(c => c is { Name: HubCheck.Configuration, Ok: false }) != true;
}

/// <summary>How the connection is.</summary>
/// <param name="Host">The service's address.</param>
/// <param name="CheckedAt">When it was looked at.</param>
public sealed record HubConnection(HubStatus Status, string Host, DateTimeOffset CheckedAt)
{
    /// <summary>When the service last accepted a request; null when never.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>The first check that is not well, or null.</summary>
    public HubCheck? Trouble => Status.Checks.FirstOrDefault(c => c is { Ok: false, Skipped: false });
}

/// <summary>The service's devices as they were read.</summary>
/// <param name="ReadAt">Null when never.</param>
/// <param name="Problem">Why the last reading failed; the devices are then older ones.</param>
public sealed record HubCatalogue(ImmutableArray<HubDevice> Devices, DateTimeOffset? ReadAt, Problem? Problem)
{
    public static HubCatalogue Empty { get; } = new([], null, null);

    /// <summary>The device of this name and version of the system, or null. Without a version the first of the name.</summary>
    public HubDevice? Find(string name, string? os) => Devices.FirstOrDefault(d => d.Name == name && (string.IsNullOrEmpty(os) || d.Os == os));
}

/// <summary>A person's models as they were read, newest first.</summary>
/// <param name="Total">How many there are; more than were read, maybe.</param>
public sealed record HubModelList(ImmutableArray<HubModel> Items, long Total, DateTimeOffset? ReadAt, Problem? Problem)
{
    public static HubModelList Empty { get; } = new([], 0, null, null);
}

public enum TransferDirection
{
    Upload,
    Download,
}

/// <summary>A file on its way to or from the service.</summary>
/// <param name="About">The model or job it belongs to, for people.</param>
/// <param name="TotalBytes">Null when nobody says.</param>
/// <param name="Problem">Why it failed, with what to do.</param>
/// <param name="ModelId">The model it became; null before.</param>
/// <param name="CanResume">It failed half-way and can go on where it was.</param>
public sealed record HubTransfer(
    string Id, TransferDirection Direction, string About, long Bytes, long? TotalBytes, bool IsOver, Problem? Problem, string? ModelId, bool CanResume, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>0 to 1; null when the total is unknown.</summary>
    public double? Share => TotalBytes is > 0 ? Math.Clamp((double)Bytes / TotalBytes.Value, 0, 1) : null;
}
