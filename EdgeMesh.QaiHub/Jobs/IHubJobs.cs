using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>Compile, profile, inference, quantize and link jobs. The service has no way to cancel or delete one.</summary>
public interface IHubJobs
{
    /// <summary>Creates a job. When the service says that there are too many, it waits (20 s, doubling to 60 s) and gives up after 10 minutes.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.RateLimited"/>, <see cref="HubFailure.DeviceNotAvailable"/>, <see cref="HubFailure.BadRequest"/> and others.</exception>
    /// <param name="waiting">Told before each such wait, with the service's words; may be null.</param>
    /// <returns>The job's id.</returns>
    Task<string> CreateAsync(HubJobRequest request, IProgress<HubJobWait>? waiting = null, CancellationToken cancellationToken = default);

    Task<HubJob> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Jobs with everything in them, newest first.</summary>
    Task<HubPage<HubJob>> ListAsync(JobQuery query, CancellationToken cancellationToken = default);

    /// <summary>Jobs in short, newest first: one request shows the state of many.</summary>
    Task<HubPage<HubJobSummary>> ListSummariesAsync(JobQuery query, CancellationToken cancellationToken = default);

    /// <summary>What a finished job found out.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.NotReady"/> when there is none.</exception>
    Task<HubJobResult> GetResultAsync(string id, CancellationToken cancellationToken = default);

    Task RenameAsync(string id, string name, CancellationToken cancellationToken = default);

    /// <summary>Where a compile job's model can be fetched for a while.</summary>
    Task<HubFile> GetCompiledModelAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Where a log or a trace of a run can be fetched for a while.</summary>
    /// <param name="run">Which run on the device, from 1; null for the latest.</param>
    Task<HubFile> GetArtifactAsync(string id, JobArtifactType artifact, int? run = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until the job ended, asking every 10 s; reports each answer. A service that is away for less than 10 minutes does not end the wait.</summary>
    /// <param name="deadline">How long; default the service's own limit of 8 hours.</param>
    /// <exception cref="QaiHubException"><see cref="HubFailure.JobDeadline"/>.</exception>
    Task<HubJob> WaitAsync(string id, IProgress<HubJob>? progress = null, TimeSpan? deadline = null, CancellationToken cancellationToken = default);
}

/// <summary>Which jobs.</summary>
/// <param name="Offset">How many to leave out.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Creator">An e-mail address, or null for those of the whole organization.</param>
/// <param name="States">Only these; empty for all.</param>
/// <param name="Type">Only this kind, or all.</param>
/// <param name="Project">Only those of the project with this id, or null. A service of before projects leaves it unread.</param>
public sealed record JobQuery(int Offset = 0, int Limit = 50, string? Creator = null, ImmutableArray<JobState> States = default, JobType Type = JobType.Unspecified, string? Project = null);
