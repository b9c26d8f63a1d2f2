using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Reads single jobs in full: their outcome, and the figures of those that measured. Thread-safe.</summary>
public sealed class HubJobReader(HubJobBook book, HubReader catalogue, IProfiledLatencies latencies, HubPace pace, TimeProvider time)
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

        HubJobResult? result = null;
        if (read is { Type: JobType.Profile or JobType.Inference, State: JobState.Done } && book.Find(id)?.Result is null)
        {
            await pace.WaitAsync(cancellationToken);
            result = await client.Jobs.GetResultAsync(id, cancellationToken);
        }

        var job = await book.ChangeAsync(id, before => Measured(FromHub.With(before, read, time.GetUtcNow()), result), cancellationToken);
        if (result is not null && job is { Kind: HubJobKind.Profile })
        {
            await RecordAsync(job, cancellationToken);
        }

        return job;
    }

    private TrackedJob Measured(TrackedJob job, HubJobResult? result) => !job.Measures ? job : job with
    {
        Result = job.Result ?? result?.Message.ToByteArray(),
        Source = job.Source.And(result?.Source ?? HubSource.Unknown),
        OutputDatasetId = job.OutputDatasetId ?? (result?.Message.InferenceJobResult?.OutputDatasetId is { Length: > 0 } outputs ? outputs : null),
        Runtime = job.Runtime ?? book.RuntimeOf(job.ModelId),
    };

    /// <summary>The sizes of a measurement: its own, where the service tells them, else those of the compiled model.</summary>
    private ImmutableArray<Core.Jobs.TensorInfo>? SizesOf(TrackedJob job) =>
        HubArtifactInputs.AreKnown(job.Inputs) ? HubArtifactInputs.Infos(job.Inputs)
        : book.MakerOf(job.ModelId) is { } maker ? HubArtifactInputs.Of(maker).All
        : null;

    private async Task RecordAsync(TrackedJob job, CancellationToken stop)
    {
        var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os);
        if (FromHub.Latency(job, device, SizesOf(job)) is { } latency)
        {
            await latencies.RecordAsync(latency, stop);
        }
    }
}
