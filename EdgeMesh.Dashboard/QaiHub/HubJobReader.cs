using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Reads single jobs in full: their outcome, and the figures of those that measured. Thread-safe.</summary>
public sealed class HubJobReader(HubClients clients, HubJobBook book, HubReader catalogue, IProfiledLatencies latencies, HubPace pace, TimeProvider time)
{
    /// <summary>Everything about one job, and its figures when it measured some; what is known afterwards.</summary>
    public async Task<TrackedJob?> ReadAsync(IQaiHubClient client, string id, CancellationToken cancellationToken)
    {
        HubJob read;
        try
        {
            await pace.WaitAsync(cancellationToken);
            read = await client.Jobs.GetAsync(id, cancellationToken);
        }
        catch (QaiHubException e) when (e.Kind == HubFailure.NotFound && book.Find(id) is not null)
        {
            var gone = HubProblems.Told("The service does not know this job any more.", e);
            return await book.ChangeAsync(id, before => before! with { State = HubJobState.Failed, FinishedAt = time.GetUtcNow(), IsFull = true, Trouble = gone }, cancellationToken);
        }

        byte[]? result = null;
        if (read is { Type: JobType.Profile, State: JobState.Done } && book.Find(id)?.Result is null)
        {
            await pace.WaitAsync(cancellationToken);
            result = (await client.Jobs.GetResultAsync(id, cancellationToken)).ToByteArray();
        }

        var job = await book.ChangeAsync(
            id,
            before => FromHub.With(before, read, time.GetUtcNow()) is var now && now.Kind == HubJobKind.Profile ? now with { Result = before?.Result ?? result, Runtime = now.Runtime ?? book.RuntimeOf(now.ModelId) } : now,
            cancellationToken);
        if (result is not null && job is not null)
        {
            await RecordAsync(job, cancellationToken);
        }

        return job;
    }

    private async Task RecordAsync(TrackedJob job, CancellationToken stop)
    {
        var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os);
        if (FromHub.Latency(job, device, await clients.IsEmulatedAsync(stop)) is { } latency)
        {
            await latencies.RecordAsync(latency, stop);
        }
    }
}
