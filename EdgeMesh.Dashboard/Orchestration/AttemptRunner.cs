using System.Collections.Concurrent;
using System.Threading.Channels;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Storage.Artifacts;
using Grpc.Core;
using Orleans.Concurrency;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Talks to a device about one attempt and turns what it says into events for the job. Reports of one job go in order and gathered: while one
/// waits for its commit the next ones pile up and go together.
/// </summary>
public sealed partial class AttemptRunner(
    IGrainFactory grains, JobFeed feed, ArtifactStore artifacts, OrchestratorOptions options, IHostApplicationLifetime process, TimeProvider time, ILogger<AttemptRunner> logger)
{
    private const int LongestCause = 2_000;
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<JobId, Channel<JobEvent>> _reports = new();
    private readonly ConcurrentDictionary<AttemptId, CancellationTokenSource> _followed = new();

    /// <summary>Starts an attempt; returns at once. The device hears of its end.</summary>
    /// <param name="proven">The accelerators that the device has proven.</param>
    public void Run(IDeviceGrain device, IDeviceLink link, AttemptOrder order, string deviceName, ImmutableArray<AcceleratorKind> proven) =>
        _ = Task.Run(() => RunAsync(device, link, order, deviceName, proven));

    /// <summary>Asks the device to stop an attempt; its stream tells how it ended. A device that does not stop is listened to no longer.</summary>
    public void Cancel(IDeviceLink link, AttemptId attempt) => _ = Task.Run(async () =>
    {
        if (_followed.TryGetValue(attempt, out var following))
        {
            StopListening(following);
        }

        try
        {
            await link.Client.CancelTaskAsync(
                new CancelRequest { JobId = attempt.Job.Value, TaskId = attempt.Task.Value, Attempt = attempt.Number }, deadline: time.GetUtcNow().UtcDateTime + StopsWithin);
        }
        catch (RpcException)
        {
            // The link broke: the attempt fails as lost. Or it does not answer: then the time limit ends it.
        }
    });

    /// <summary>Attempts that the device never got, or that were lost with it.</summary>
    public Task RefuseAsync(IReadOnlyList<AttemptOrder> orders, ReasonCode reason, string cause)
    {
        foreach (var order in orders)
        {
            Report(order.Id.Job, Failed(order, reason, cause));
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(IDeviceGrain device, IDeviceLink link, AttemptOrder order, string deviceName, ImmutableArray<AcceleratorKind> proven)
    {
        JobEvent end;
        Receipt? receipt = null;
        var asked = time.GetTimestamp();
        using var following = CancellationTokenSource.CreateLinkedTokenSource(link.Closed);
        _followed[order.Id] = following;
        try
        {
            end = await FollowAsync(link, order, deviceName, proven, following.Token);
            receipt = (end as AttemptSucceeded)?.Receipt;
        }
        catch (ArtifactException e)
        {
            Cancel(link, order.Id);
            end = Failed(order, e.Reason, $"{deviceName} {e.Message}.");
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && following.IsCancellationRequested && !link.Closed.IsCancellationRequested)
        {
            end = Failed(order, ReasonCode.Cancelled, $"{deviceName} did not stop when it was asked to, so the dashboard stopped listening.");
        }
        catch (RpcException e)
        {
            end = link.Closed.IsCancellationRequested || e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled
                ? Failed(order, ReasonCode.Lost, $"The link to {deviceName} broke.")
                : Failed(order, ReasonCode.Internal, $"{deviceName} answered with {e.StatusCode}.");
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or HttpRequestException)
        {
            end = Failed(order, ReasonCode.Lost, $"The link to {deviceName} broke.");
        }
        catch (Exception e)
        {
            // Whatever else it was, the task must not wait for ever.
            LogBug(logger, order.Id.Job, e);
            end = Failed(order, ReasonCode.Internal, $"The dashboard could not follow {deviceName}.");
        }

        _followed.TryRemove(order.Id, out _);
        feed.Progress(order.Id, null);
        Report(order.Id.Job, end);
        await device.EndedAsync(order.Id, receipt, time.GetElapsedTime(asked).TotalMilliseconds);
    }

    private async Task<JobEvent> FollowAsync(IDeviceLink link, AttemptOrder order, string deviceName, ImmutableArray<AcceleratorKind> proven, CancellationToken listening)
    {
        var (offset, thought, moved, events) = (0, 0, false, 0);
        var (started, written) = (false, 0);
        var pieces = new OutputPieces(time, (text, isReasoning) =>
        {
            if (!isReasoning)
            {
                Tell(new OutputAppended(time.GetUtcNow(), order.Id.Task, order.Id.Number, offset, text, null));
                offset += text.Length;
            }
            else if (thought < ReasoningText.MaxChars)
            {
                // What nobody would keep is not journaled either.
                Tell(new ReasoningAppended(time.GetUtcNow(), order.Id.Task, order.Id.Number, thought, text));
                thought += text.Length;
            }
        });
        await using var upload = new ArtifactUpload(artifacts, order.Id);
        using var call = link.Client.RunTask(TaskWire.Request(order), cancellationToken: listening);
        await foreach (var frame in call.ResponseStream.ReadAllAsync(listening))
        {
            foreach (var update in TaskUpdates.Joined(frame.Updates))
            {
                if (update.UpdateCase is not (TaskUpdate.UpdateOneofCase.Text or TaskUpdate.UpdateOneofCase.Reasoning or TaskUpdate.UpdateOneofCase.Progress))
                {
                    pieces.Flush();
                }

                switch (update.UpdateCase)
                {
                    case TaskUpdate.UpdateOneofCase.Accepted when update.Accepted.Started && !started:
                        started = true;
                        Tell(new AttemptStarted(time.GetUtcNow(), order.Id.Task, order.Id.Number));
                        break;
                    case TaskUpdate.UpdateOneofCase.Text when written + update.Text.Length > options.MaxOutputChars:
                        pieces.Flush();
                        Cancel(link, order.Id);
                        return Failed(order, ReasonCode.BadOutput, $"{deviceName} wrote more than {options.MaxOutputChars:N0} characters.");
                    case TaskUpdate.UpdateOneofCase.Text:
                        written += update.Text.Length;
                        pieces.Add(update.Text, isReasoning: false);
                        break;
                    case TaskUpdate.UpdateOneofCase.Reasoning:
                        pieces.Add(update.Reasoning, isReasoning: true);
                        break;
                    case TaskUpdate.UpdateOneofCase.TextWasReasoning when !moved && offset > 0:
                        (moved, thought) = (true, thought + offset);
                        Tell(new OutputWasReasoning(time.GetUtcNow(), order.Id.Task, order.Id.Number, offset));
                        break;
                    case TaskUpdate.UpdateOneofCase.Artifact:
                        if (await upload.AcceptAsync(update.Artifact, listening) is { } artifact)
                        {
                            Tell(new OutputAppended(time.GetUtcNow(), order.Id.Task, order.Id.Number, offset, null, artifact));
                        }

                        break;
                    case TaskUpdate.UpdateOneofCase.Progress:
                        feed.Progress(order.Id, new LiveProgress(
                            double.IsFinite(update.Progress.Fraction) ? Math.Clamp(update.Progress.Fraction, 0, 1) : null, FromWire.Text(update.Progress.Note)));
                        break;
                    case TaskUpdate.UpdateOneofCase.Receipt when upload.IsUnfinished:
                        return Failed(order, ReasonCode.BadOutput, $"{deviceName} ended in the middle of a file.");
                    case TaskUpdate.UpdateOneofCase.Receipt when ReceiptCheck.Other(update.Receipt, order) is { } other:
                        return Failed(order, ReasonCode.BadOutput, $"{deviceName} {other}.");
                    case TaskUpdate.UpdateOneofCase.Receipt:
                        return new AttemptSucceeded(time.GetUtcNow(), order.Id.Task, order.Id.Number, Elapsed(order), ReceiptCheck.Of(update.Receipt, order, deviceName, proven, Elapsed(order)));
                    case TaskUpdate.UpdateOneofCase.Failure:
                        return Failed(order, ReasonCodes.Parse(update.Failure.Reason), $"{deviceName}: {FromWire.Text(update.Failure.Cause, LongestCause)}");
                }

                if (events > options.MaxEventsPerAttempt)
                {
                    Cancel(link, order.Id);
                    return Failed(order, ReasonCode.BadOutput, $"{deviceName} told its output in more than {options.MaxEventsPerAttempt:N0} pieces.");
                }
            }

            await RoomAsync(order.Id.Job, listening);
        }

        pieces.Flush();
        return Failed(order, ReasonCode.BadOutput, $"{deviceName} ended without a receipt.");

        void Tell(JobEvent change)
        {
            events++;
            Report(order.Id.Job, change);
        }
    }

    // A device that talks faster than the disk writes has to wait: HTTP/2's window closes behind what is not read.
    private async Task RoomAsync(JobId job, CancellationToken cancellationToken)
    {
        while (_reports.TryGetValue(job, out var waiting) && waiting.Reader.Count > MostWaiting)
        {
            await Task.Delay(FirstRetry / 10, time, cancellationToken);
        }
    }

    private static void StopListening(CancellationTokenSource following)
    {
        try
        {
            following.CancelAfter(StopsWithin);
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    private AttemptFailed Failed(AttemptOrder order, ReasonCode reason, string cause) =>
        new(time.GetUtcNow(), order.Id.Task, order.Id.Number, Elapsed(order), reason, cause, order.Placement.Device);

    private double Elapsed(AttemptOrder order) => (time.GetUtcNow() - order.PlacedAt).TotalMilliseconds;

    private void Report(JobId job, JobEvent change)
    {
        var channel = _reports.GetOrAdd(job, id =>
        {
            var made = Channel.CreateUnbounded<JobEvent>(); // the kind that can be counted
            _ = Task.Run(() => DeliverAsync(id, made));
            return made;
        });
        if (!channel.Writer.TryWrite(change))
        {
            Report(job, change);
        }
    }

    // A disk that is full or a database that is locked loses nothing: the reports wait, in order, and the log says why. A job that a retry
    // tells twice is the grain's to notice.
    private async Task StoreAsync(IJobGrain grain, JobId job, ImmutableArray<JobEvent> events)
    {
        for (var wait = FirstRetry; ; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            try
            {
                await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(events));
                return;
            }
            catch (Exception) when (process.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is JournalException or TimeoutException)
            {
                LogNotStored(logger, events.Length, job, e.Message);
                await Task.Delay(wait, time, process.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                LogBug(logger, job, e);
                await grain.AbandonAsync("The dashboard could not use what a device said; its log has the details.");
                return;
            }
        }
    }

    // Lives while the job has something to say: it ends, and a new one is made on demand, when nothing came for a moment.
    private async Task DeliverAsync(JobId job, Channel<JobEvent> channel)
    {
        var grain = grains.GetGrain<IJobGrain>(job.Value);
        var gathered = ImmutableArray.CreateBuilder<JobEvent>();
        while (true)
        {
            gathered.Clear();
            while (gathered.Count < 1_000 && channel.Reader.TryRead(out var change))
            {
                gathered.Add(change);
            }

            if (gathered.Count > 0)
            {
                await StoreAsync(grain, job, gathered.ToImmutable());
                continue;
            }

            using var idle = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            try
            {
                if (!await channel.Reader.WaitToReadAsync(idle.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                _reports.TryRemove(new KeyValuePair<JobId, Channel<JobEvent>>(job, channel));
                channel.Writer.TryComplete();
                if (channel.Reader.Count == 0)
                {
                    return;
                }
            }
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "{Count} events of job {Job} are not stored yet and will be tried again: {Reason}")]
    private static partial void LogNotStored(ILogger logger, int count, JobId job, string reason);

    [LoggerMessage(3002, LogLevel.Error, "Job {Job} met an error of the dashboard.")]
    private static partial void LogBug(ILogger logger, JobId job, Exception exception);
}
