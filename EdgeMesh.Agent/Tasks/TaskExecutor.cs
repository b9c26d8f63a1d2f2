using System.Collections.Concurrent;
using EdgeMesh.Agent.Files;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// Runs attempts: each runtime works on so many at once, so many wait for it, the rest is refused as Busy; no runtime waits for another. Work goes on when a caller goes away; a
/// repeated request for the same attempt attaches to it and gets everything from the start; a newer attempt stops the older. Several orchestrators share the slots, and none reaches
/// another's attempts. Thread-safe.
/// </summary>
public sealed class TaskExecutor(RuntimeCatalog catalog, TaskLimits limits, TimeProvider time, AgentStop stop)
{
    private readonly ConcurrentDictionary<string, Lane> _lanes = new();
    private readonly LightPlaces _light = new(limits.Light, limits.LightBytes);
    private readonly LightPlaces _heavy = new(int.MaxValue, limits.QueueBytes);
    private int _running;

    /// <summary>Those that it runs, and those that it ran.</summary>
    public KeptAttempts Attempts { get; } = new(limits);

    public int Running => Volatile.Read(ref _running);

    public int Waiting => _lanes.Values.Sum(l => l.Waiting);

    /// <summary>A place for a task that takes no slot, until its answer was sent; none is needed for others.</summary>
    /// <returns>Whether it may run, and what to dispose at its end.</returns>
    public (bool MayRun, IDisposable? Place) Light(TaskRequest request)
    {
        if (request.Kind is not (TaskKindValue.Echo or TaskKindValue.Sysinfo))
        {
            return (true, null);
        }

        var place = _light.TryTake(request.CalculateSize());
        return (place is not null, place);
    }

    /// <summary>The run of this attempt: a new one, or the one that exists; null with a failure when it is refused.</summary>
    /// <param name="caller">The orchestrator that asks.</param>
    public (TaskRun? Run, Failure? Refused) Start(TaskRequest request, string caller = "")
    {
        var key = TaskKey.Of(caller, request);
        while (true)
        {
            var known = Attempts.Newest(key);
            if (known?.Attempt > request.Attempt)
            {
                return (null, Fail(ReasonCode.Refused, $"A newer attempt ({known.Attempt}) of this task is known here."));
            }

            if (known?.Attempt == request.Attempt)
            {
                return (known, null);
            }

            if (stop.IsBegun)
            {
                return (null, Fail(ReasonCode.NotReady, "The agent is being stopped."));
            }

            if (catalog.Find(request.RuntimeId) is not { } runtime)
            {
                return (null, Fail(ReasonCode.Unsupported, $"This device has no runtime {request.RuntimeId}."));
            }

            // A place in the queue is taken here, not when the work gets its turn, so that a burst cannot overrun it.
            var (taken, place) = Enter(runtime, request);
            if (!taken)
            {
                return (null, Fail(ReasonCode.Busy, $"{LaneOf(runtime).Waiting} tasks wait for {runtime.Info.Name} on this device already."));
            }

            var run = new TaskRun(request);
            if (Attempts.TryReplace(key, known, run))
            {
                _ = known?.CancelAsync();

                // What takes no time is done before anyone can wait for it, and travels as one frame.
                _ = request.Kind == TaskKindValue.Echo ? RunAsync(runtime, run, place) : Task.Run(() => RunAsync(runtime, run, place), CancellationToken.None);
                return (run, null);
            }

            run.Dispose();
            place?.Dispose();
        }
    }

    /// <summary>Stops an attempt and waits until it has stopped; false when it is not known.</summary>
    public Task<bool> CancelAsync(CancelRequest request, CancellationToken cancellationToken) => CancelAsync(request, "", cancellationToken);

    /// <inheritdoc cref="CancelAsync(CancelRequest, CancellationToken)"/>
    /// <param name="caller">The orchestrator that asks; it reaches its own attempts only.</param>
    public async Task<bool> CancelAsync(CancelRequest request, string caller, CancellationToken cancellationToken)
    {
        if (Attempts.Find(new TaskKey(caller, request.JobId, request.TaskId), request.Attempt) is not { } run)
        {
            return false;
        }

        await run.CancelAsync();
        await run.Ended.WaitAsync(cancellationToken);
        return true;
    }

    private static Failure Fail(ReasonCode reason, string cause) => new() { Reason = reason.ToString(), Cause = WithoutPaths.In(cause) };

    // Whoever waits for it places it again when it was the agent that stopped.
    private static Failure Cancelled(TaskRun run) => run switch
    {
        { IsStopped: false } => Fail(ReasonCode.Cancelled, "It was cancelled."),
        { IsStarted: false } => Fail(ReasonCode.NotReady, "The agent was stopped before it began with this."),
        _ => Fail(ReasonCode.Lost, "The agent was stopped while it worked on this."),
    };

    // ECHO and SYSINFO need no place.
    private (bool Taken, Held? Place) Enter(IRuntime runtime, TaskRequest request)
    {
        if (request.Kind is TaskKindValue.Echo or TaskKindValue.Sysinfo)
        {
            return (true, null);
        }

        if (_heavy.TryTake(request.CalculateSize()) is not { } memory)
        {
            return (false, null);
        }

        if (LaneOf(runtime).TryEnter() is { } place)
        {
            return (true, new Held(place, memory));
        }

        memory.Dispose();
        return (false, null);
    }

    private Lane LaneOf(IRuntime runtime) => _lanes.GetOrAdd(runtime.Info.Id, id => new Lane(() => catalog.Find(id)?.Info.Slots ?? limits.Slots, limits.Queue));

    private async Task RunAsync(IRuntime runtime, TaskRun run, Held? place)
    {
        var queued = time.GetTimestamp();
        TaskUpdate end;
        try
        {
            if (place is not null)
            {
                if (place.Lane.Position > 0)
                {
                    run.Add(new TaskUpdate { Accepted = new Accepted { QueuePosition = place.Lane.Position } });
                }

                await place.Lane.Turn.WaitAsync(run.Cancelled);
            }

            run.Cancelled.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _running);
            try
            {
                end = new TaskUpdate { Receipt = await ExecuteAsync(runtime, run, queued) };
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
        catch (TaskFailedException e)
        {
            end = new TaskUpdate { Failure = Fail(e.Reason, e.Message) };
        }
        catch (OperationCanceledException)
        {
            end = new TaskUpdate { Failure = Cancelled(run) };
        }
        catch (OutOfMemoryException)
        {
            end = new TaskUpdate { Failure = Fail(ReasonCode.OutOfMemory, "The agent had no memory left for it.") };
        }
        catch (Exception e)
        {
            end = new TaskUpdate { Failure = Fail(ReasonCode.Internal, $"{runtime.Info.Name} failed: {e.GetType().Name}.") };
        }

        place?.Dispose();
        Attempts.Ending(run);
        run.End(end, time.GetTimestamp());
        Attempts.Sweep();
    }

    private async Task<TaskReceipt> ExecuteAsync(IRuntime runtime, TaskRun run, long queued)
    {
        var request = run.Request;
        var started = time.GetTimestamp();
        run.Add(new TaskUpdate { Accepted = new Accepted { Started = true } });
        using var timeout = new CancellationTokenSource(request.TimeoutMs is > 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(request.TimeoutMs) : Timeout.InfiniteTimeSpan, time);
        using var output = new OutputWatch(run, time, limits.MostOutputChars, TimeSpan.FromMilliseconds(Math.Clamp(request.StallMs, 0, int.MaxValue)), goesOn: request.SoFar.Length > 0);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(run.Cancelled, timeout.Token, output.Stalled);

        // Without an accelerator of its own it is another server's work, whose memory is not known here.
        using var memory = runtime.Info.Accelerator is null ? null : new MemoryGrowth(time);
        try
        {
            GoingOn.Check(request, runtime.Info);
            var receipt = await runtime.RunAsync(request, output, limit.Token);
            if (request.Kind == TaskKindValue.LlmGenerate && !output.HasText)
            {
                throw output.HasReasoning
                    ? NoAnswer.OnlyThought(request.ModelId, receipt.CutAtLimit, request.Generate is { HasMaxTokens: true } wish ? wish.MaxTokens : null)
                    : NoAnswer.Empty(request.ModelId);
            }

            receipt.RuntimeId = request.RuntimeId;
            receipt.ModelId = request.ModelId;
            receipt.QueueMs = time.GetElapsedTime(queued, started).TotalMilliseconds;
            receipt.RunMs = time.GetElapsedTime(started).TotalMilliseconds;
            receipt.AgentVersion = AgentVersion.Current;
            if (output.FirstMs is { } first)
            {
                receipt.FirstOutputMs = first;
            }

            if (request.Kind == TaskKindValue.LlmGenerate && memory is not null && !receipt.HasPeakRamMb)
            {
                receipt.PeakRamMb = memory.PeakMb;
            }

            return receipt;
        }
        catch (TaskFailedException e) when (GoingOn.IsRefusal(request, e) && output.FirstMs is null)
        {
            throw GoingOn.Failed(e.Message);
        }
        catch (OperationCanceledException) when (output.Stalled.IsCancellationRequested && !run.Cancelled.IsCancellationRequested)
        {
            throw new TaskFailedException(ReasonCode.Timeout, $"{runtime.Info.Name} has said nothing for {request.StallMs / 1000.0:0.#} s. {output.LastHeard}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !run.Cancelled.IsCancellationRequested)
        {
            throw new TaskFailedException(ReasonCode.Timeout, $"It took longer than {request.TimeoutMs / 1000.0:0.#} s.");
        }
    }

    /// <summary>What an attempt takes while it waits and runs.</summary>
    private sealed record Held(Lane.Place Lane, IDisposable Memory) : IDisposable
    {
        public void Dispose()
        {
            Lane.Dispose();
            Memory.Dispose();
        }
    }
}
