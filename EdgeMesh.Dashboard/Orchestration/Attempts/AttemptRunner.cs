using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage.Artifacts;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>Talks to devices about attempts: gives and repeats orders, goes on listening, cancels, and tells each end to the job and the device's grain. Thread-safe.</summary>
public sealed partial class AttemptRunner(
    IGrainFactory grains, JobFeed feed, JobReports reports, Acknowledgements acknowledgements, ArtifactStore artifacts, OrchestratorOptions options, OrchestratorEpoch epoch, TimeProvider time, ILogger<AttemptRunner> logger)
{
    private const int MostStops = 5;
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenStops = TimeSpan.FromMilliseconds(200);
    private readonly ConcurrentDictionary<AttemptId, CancellationTokenSource> _followed = new();

    /// <summary>Starts an attempt, or goes on with it from where it was heard to; returns at once. The device's grain hears of its end, or of the end of listening to it.</summary>
    public void Run(IDeviceGrain grain, IDeviceLink link, AttemptOrder order, AttemptPosition from, FollowedDevice device) =>
        _ = Task.Run(() => RunAsync(grain, link, order, from, device));

    /// <summary>Asks the device to stop an attempt; its stream tells how it ended. A device that does not stop is listened to no longer.</summary>
    public void Cancel(IDeviceLink link, AttemptId attempt) => _ = Task.Run(async () =>
    {
        if (_followed.TryGetValue(attempt, out var following))
        {
            StopListening(following);
        }

        // The order may be on its way still.
        for (var tries = 1; !await StopAsync(link, attempt) && tries < MostStops; tries++)
        {
            await Task.Delay(BetweenStops, time);
        }
    });

    /// <summary>Nobody listens to an attempt or waits for it, and its device is linked: it is stopped and forgotten there.</summary>
    public void LetGo(IDeviceLink link, AttemptId attempt) => _ = Task.Run(() => LetGoAsync(link, attempt, hasEnded: false));

    /// <summary>Attempts that the device never got, or that were lost with it.</summary>
    public void Refuse(IEnumerable<AttemptOrder> orders, ReasonCode reason, string cause)
    {
        foreach (var order in orders)
        {
            feed.Progress(order.Id, null);
            reports.Add(order.Id, [order.Failed(time, reason, cause)]);
        }
    }

    /// <summary>An attempt to cancel that its device does not know.</summary>
    public void RefuseCancelled(AttemptId attempt, DeviceId device, string cause) =>
        reports.Add(attempt, [new AttemptFailed(time.GetUtcNow(), attempt.Task, attempt.Number, 0, ReasonCode.Cancelled, cause, device)]);

    /// <summary>Says on the job's page what an attempt waits for.</summary>
    public void TellWaiting(AttemptId attempt, string words) => feed.Progress(attempt, new LiveProgress(null, words));

    /// <summary>Asks a job whether its task shall go elsewhere; the grain hears the answer.</summary>
    public void AskToMove(IDeviceGrain grain, AttemptId attempt, string cause, double remainingMs, TimeSpan away) => _ = Task.Run(async () =>
    {
        var moved = false;
        try
        {
            moved = await grains.GetGrain<IJobGrain>(attempt.Job.Value).MoveAsync(attempt, cause, remainingMs, away);
        }
        catch (Exception e)
        {
            // Asked again in a moment.
            LogNotAsked(logger, attempt.Job, e.Message);
        }

        await grain.AskedAsync(attempt, moved);
    });

    /// <summary>A device has linked: what it still has and nobody waits for is stopped and forgotten there.</summary>
    /// <param name="wanted">The attempts that its grain knows of.</param>
    public void Reconcile(IDeviceLink link, ImmutableHashSet<AttemptId> wanted) => _ = Task.Run(async () =>
    {
        if (!link.KeepsAttempts)
        {
            return;
        }

        try
        {
            var deadline = time.GetUtcNow().UtcDateTime + StopsWithin;
            var reply = await link.Client.ListAttemptsAsync(new ListAttemptsRequest { Epoch = epoch.Value }, deadline: deadline, cancellationToken: link.Closed);
            foreach (var known in reply.Attempts)
            {
                if (TaskWire.Id(known.Attempt) is not { } id || wanted.Contains(id) || await grains.GetGrain<IJobGrain>(id.Job.Value).IsOpenAsync(id))
                {
                    continue;
                }

                await LetGoAsync(link, id, known.Ended);
            }
        }
        catch (Exception e)
        {
            // The link broke, or a job cannot be read now: compared again at the next link.
            LogNotReconciled(logger, link.Device, e.Message);
        }
    });

    private async Task RunAsync(IDeviceGrain grain, IDeviceLink link, AttemptOrder order, AttemptPosition from, FollowedDevice device)
    {
        JobEvent? end = null;
        IReadOnlyList<JobEvent> held = [];
        var asked = time.GetTimestamp();
        var position = from;
        using var following = CancellationTokenSource.CreateLinkedTokenSource(link.Closed);
        _followed[order.Id] = following;
        feed.Progress(order.Id, null);
        try
        {
            await using var follower = new AttemptFollower(
                order, from, device, artifacts, options, time, change => reports.Add(order.Id, [change]), progress => feed.Progress(order.Id, progress), () => feed.IsLeading(order.Id));
            try
            {
                using var call = from.IsStart
                    ? link.Client.RunTask(TaskWire.Request(order, epoch.Value), cancellationToken: following.Token)
                    : link.Client.Attach(from.ToRequest(order.Id, epoch.Value), cancellationToken: following.Token);
                end = await follower.ReadAsync(call.ResponseStream, stop => reports.RoomAsync(order.Id.Job, stop), () => Cancel(link, order.Id), following.Token);
            }
            catch (ArtifactException e)
            {
                Cancel(link, order.Id);
                end = order.Failed(time, e.Reason, $"{device.Name} {e.Message}.");
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException && following.IsCancellationRequested && !link.Closed.IsCancellationRequested)
            {
                end = order.Failed(time, ReasonCode.Cancelled, $"{device.Name} did not stop when it was asked to, so the dashboard stopped listening.");
            }
            catch (RpcException e) when (!link.Closed.IsCancellationRequested && Ending(e, from, device) is { } ending)
            {
                end = order.Failed(time, ending.Reason, ending.Cause);
            }
            catch (Exception e) when (BrokenLink.Is(e) || e is OperationCanceledException)
            {
                // It goes on when the device is linked again.
            }

            (position, held) = (follower.Position, follower.Held);
        }
        catch (Exception e)
        {
            // Whatever else it was, the task must not wait for ever.
            LogBug(logger, order.Id.Job, e);
            end = order.Failed(time, ReasonCode.Internal, $"The dashboard could not follow {device.Name}.");
        }

        _followed.TryRemove(order.Id, out _);
        if (end is null && link.KeepsAttempts && await IsToldAsync(grain, order.Id, position))
        {
            return;
        }

        // What an older agent had is not told to anyone again.
        end ??= order.Failed(time, ReasonCode.Lost, $"The link to {device.Name} broke.");
        feed.Progress(order.Id, null);
        reports.Add(order.Id, end is AttemptSucceeded ? [.. held, end] : [end], order.Placement.Device);
        await grain.EndedAsync(order.Id, (end as AttemptSucceeded)?.Receipt, time.GetElapsedTime(asked).TotalMilliseconds);
    }

    private async Task<bool> IsToldAsync(IDeviceGrain grain, AttemptId attempt, AttemptPosition position)
    {
        try
        {
            await grain.BrokenAsync(attempt, position);
            return true;
        }
        catch (Exception e)
        {
            LogBug(logger, attempt.Job, e);
            return false;
        }
    }

    // What an answer over a link that stands says of the attempt; null: it says only that this way broke.
    private static (ReasonCode Reason, string Cause)? Ending(RpcException e, AttemptPosition from, FollowedDevice device) => e.StatusCode switch
    {
        StatusCode.NotFound when !from.IsStart => (ReasonCode.Lost, $"{device.Name} does not have it any more: its agent was started anew, or its data directory was changed."),
        StatusCode.FailedPrecondition => (ReasonCode.Refused, DeviceWarnings.NewerStart(device.Name)),
        StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown or StatusCode.DeadlineExceeded => null,
        _ => (ReasonCode.Internal, $"{device.Name} answered with {e.StatusCode}."),
    };

    private async Task LetGoAsync(IDeviceLink link, AttemptId attempt, bool hasEnded)
    {
        if (!hasEnded)
        {
            await StopAsync(link, attempt);
        }

        acknowledgements.Add(link.Device, attempt);
    }

    // False when the device did not know the attempt.
    private async Task<bool> StopAsync(IDeviceLink link, AttemptId attempt)
    {
        try
        {
            return (await link.Client.CancelTaskAsync(TaskWire.Cancel(attempt, epoch.Value), deadline: time.GetUtcNow().UtcDateTime + StopsWithin)).Known;
        }
        catch (Exception e) when (BrokenLink.Is(e))
        {
            // The link broke: the device is told when it is back. Or it does not answer: then the time limit ends it.
            return true;
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

    [LoggerMessage(3003, LogLevel.Error, "Job {Job} met an error of the dashboard.")]
    private static partial void LogBug(ILogger logger, JobId job, Exception exception);

    [LoggerMessage(3004, LogLevel.Warning, "Job {Job} could not be asked whether it waits: {Reason}")]
    private static partial void LogNotAsked(ILogger logger, JobId job, string reason);

    [LoggerMessage(3005, LogLevel.Information, "What {Device} still has was not compared: {Reason}")]
    private static partial void LogNotReconciled(ILogger logger, DeviceId device, string reason);
}
