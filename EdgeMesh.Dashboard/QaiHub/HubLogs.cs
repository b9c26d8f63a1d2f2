using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>A log that jobs leave at the service.</summary>
/// <param name="Key">In addresses.</param>
/// <param name="Title">For people.</param>
public sealed record HubLogKind(string Key, string Title, JobArtifactType Type, string FileEnding)
{
    /// <summary>All that there are.</summary>
    public static ImmutableArray<HubLogKind> All { get; } =
    [
        new("hub", "log of the service", JobArtifactType.HubLog, ".hub.log"),
        new("device", "log of the device", JobArtifactType.DeviceLog, ".device.log"),
        new("trace", "trace of the run", JobArtifactType.ProfileTrace, ".trace"),
    ];

    /// <summary>By its key; null when there is none such.</summary>
    public static HubLogKind? Of(string key) => All.FirstOrDefault(k => k.Key == key);

    /// <summary>Those that a job may have.</summary>
    public static IEnumerable<HubLogKind> For(TrackedJob job) =>
        !job.IsOver || !job.IsAtService ? [] : All.Where(k => k.Type == JobArtifactType.HubLog || (job.Measures && (k.Type == JobArtifactType.DeviceLog || job.Kind == HubJobKind.Profile)));
}

/// <summary>Fetches the logs of jobs; nothing of them is kept here.</summary>
public sealed class HubLogs(DashboardOptions dashboard, HubClients clients)
{
    private const long MaxBytes = 256L << 20;

    /// <summary>The log as a stream that removes its file when it is closed, or why there is none.</summary>
    public async Task<(Stream? Content, string FileName, Problem? Problem)> OpenAsync(TrackedJob job, HubLogKind kind, CancellationToken cancellationToken)
    {
        if (clients.Client is not { Client: { } client })
        {
            return (null, "", clients.Client.Problem);
        }

        if (!job.IsAtService)
        {
            return (null, "", HubProblems.NoLog(job.Id, kind.Title));
        }

        var path = Path.Combine(dashboard.DataDirectory, "qaihub", "logs", Guid.NewGuid().ToString("n"));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = await client.Jobs.GetArtifactAsync(job.Id, kind.Type, null, cancellationToken);
            await client.Downloads.SaveAsync(file, path, new DownloadCheck(MaxBytes), null, cancellationToken);
            return (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.Asynchronous | FileOptions.DeleteOnClose), job.Id + kind.FileEnding, null);
        }
        catch (QaiHubException e)
        {
            return (null, "", e.Kind == HubFailure.NotFound ? HubProblems.NoLog(job.Id, kind.Title) : HubProblems.Told($"The {kind.Title} was not downloaded.", e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, "", HubProblems.LogFailed(e.Message));
        }
    }
}
