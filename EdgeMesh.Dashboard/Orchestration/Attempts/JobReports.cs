using System.Collections.Concurrent;
using System.Threading.Channels;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Storage;
using Orleans.Concurrency;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>
/// Hands to jobs what happened to their attempts. Reports of one job go in order and gathered: while one waits for its commit the next ones pile up and go
/// together. None is given up while the dashboard runs. Thread-safe.
/// </summary>
public sealed partial class JobReports(IGrainFactory grains, Acknowledgements acknowledgements, IHostApplicationLifetime process, TimeProvider time, ILogger<JobReports> logger)
{
    private const int MostWaiting = 10_000;
    private const int MostTogether = 1_000;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<JobId, Channel<Told>> _reports = new();

    /// <param name="changes">Stored in one.</param>
    /// <param name="acknowledge">The device that may forget the attempt when this, its end, is stored.</param>
    public void Add(AttemptId attempt, ImmutableArray<JobEvent> changes, DeviceId? acknowledge = null)
    {
        var told = new Told(attempt, changes, acknowledge);
        while (!_reports.GetOrAdd(attempt.Job, Begin).Writer.TryWrite(told))
        {
            // The reader of that channel has just left; the next one is made on demand.
        }
    }

    /// <summary>A device that talks faster than the disk writes has to wait: HTTP/2's window closes behind what is not read.</summary>
    public async Task RoomAsync(JobId job, CancellationToken cancellationToken)
    {
        while (_reports.TryGetValue(job, out var waiting) && waiting.Reader.Count > MostWaiting)
        {
            await Task.Delay(FirstRetry / 10, time, cancellationToken);
        }
    }

    private Channel<Told> Begin(JobId job)
    {
        var made = Channel.CreateUnbounded<Told>(); // the kind that can be counted
        _ = Task.Run(() => DeliverAsync(job, made));
        return made;
    }

    // Lives while the job has something to say: it ends, and a new one is made on demand, when nothing came for a moment.
    private async Task DeliverAsync(JobId job, Channel<Told> channel)
    {
        var grain = grains.GetGrain<IJobGrain>(job.Value);
        var gathered = new List<Told>();
        while (true)
        {
            gathered.Clear();
            while (gathered.Count < MostTogether && channel.Reader.TryRead(out var told))
            {
                gathered.Add(told);
            }

            if (gathered.Count > 0)
            {
                await StoreAsync(grain, job, gathered);
                continue;
            }

            using var idle = new CancellationTokenSource(Idle, time);
            try
            {
                if (!await channel.Reader.WaitToReadAsync(idle.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                _reports.TryRemove(new KeyValuePair<JobId, Channel<Told>>(job, channel));
                channel.Writer.TryComplete();
                if (channel.Reader.Count == 0)
                {
                    return;
                }
            }
        }
    }

    // A disk that is full or a database that is locked loses nothing: the reports wait, in order, and the log says why. What a retry tells twice is the
    // grain's to notice. Never throws.
    private async Task StoreAsync(IJobGrain grain, JobId job, List<Told> gathered)
    {
        ImmutableArray<JobEvent> events = [.. gathered.SelectMany(t => t.Changes)];
        var unusable = false;
        for (var wait = FirstRetry; ; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            try
            {
                await (unusable
                    ? grain.AbandonAsync("The dashboard could not use what a device said; its log has the details.")
                    : grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(events)));
                gathered.ForEach(Acknowledge);
                return;
            }
            catch (Exception) when (process.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is JournalException or TimeoutException or Orleans.Runtime.OrleansException)
            {
                LogNotStored(logger, events.Length, job, e.Message);
            }
            catch (Exception e)
            {
                LogBug(logger, job, e);
                unusable = true;
            }

            await Task.Delay(wait, time, process.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Acknowledge(Told told)
    {
        if (told.Acknowledge is { } device)
        {
            acknowledgements.Add(device, told.Attempt);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "{Count} events of job {Job} are not stored yet and will be tried again: {Reason}")]
    private static partial void LogNotStored(ILogger logger, int count, JobId job, string reason);

    [LoggerMessage(3002, LogLevel.Error, "Job {Job} met an error of the dashboard.")]
    private static partial void LogBug(ILogger logger, JobId job, Exception exception);

    private sealed record Told(AttemptId Attempt, ImmutableArray<JobEvent> Changes, DeviceId? Acknowledge);
}
