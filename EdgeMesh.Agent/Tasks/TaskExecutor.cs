using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// Runs attempts: so many at once, so many waiting, the rest refused as Busy. Work goes on when a caller goes away; a repeated request for the
/// same attempt attaches to it and gets everything from the start; a newer attempt stops the older. Several orchestrators share the slots, and none
/// reaches another's attempts. Thread-safe.
/// </summary>
public sealed class TaskExecutor(RuntimeCatalog catalog, TaskLimits limits, TimeProvider time, AgentStop stop)
{
    private readonly SemaphoreSlim _slots = new(limits.Slots);
    private readonly LightPlaces _light = new(limits.Light, limits.LightBytes);
    private int _running;
    private int _waiting;
    private int _held;

    /// <summary>Those that it runs, and those that it ran.</summary>
    public KeptAttempts Attempts { get; } = new(limits);

    public int Running => Volatile.Read(ref _running);

    public int Waiting => Volatile.Read(ref _waiting);

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
            var light = request.Kind is TaskKindValue.Echo or TaskKindValue.Sysinfo;
            if (!light && Interlocked.Increment(ref _held) > limits.Queue + limits.Slots)
            {
                Interlocked.Decrement(ref _held);
                return (null, Fail(ReasonCode.Busy, $"{Waiting} tasks wait on this device already."));
            }

            var run = new TaskRun(request);
            if (Attempts.TryReplace(key, known, run))
            {
                _ = known?.CancelAsync();

                // What takes no time is done before anyone can wait for it, and travels as one frame.
                _ = request.Kind == TaskKindValue.Echo ? RunAsync(runtime, run, light) : Task.Run(() => RunAsync(runtime, run, light), CancellationToken.None);
                return (run, null);
            }

            run.Dispose();
            if (!light)
            {
                Interlocked.Decrement(ref _held);
            }
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

    private static Failure Fail(ReasonCode reason, string cause) => new() { Reason = reason.ToString(), Cause = cause };

    // Whoever waits for it places it again when it was the agent that stopped.
    private static Failure Cancelled(TaskRun run) => run switch
    {
        { IsStopped: false } => Fail(ReasonCode.Cancelled, "It was cancelled."),
        { IsStarted: false } => Fail(ReasonCode.NotReady, "The agent was stopped before it began with this."),
        _ => Fail(ReasonCode.Lost, "The agent was stopped while it worked on this."),
    };

    private async Task RunAsync(IRuntime runtime, TaskRun run, bool light)
    {
        var queued = time.GetTimestamp();
        var holdsSlot = false;
        TaskUpdate end;
        try
        {
            if (!light)
            {
                Interlocked.Increment(ref _waiting);
                try
                {
                    if (_slots.CurrentCount == 0)
                    {
                        run.Add(new TaskUpdate { Accepted = new Accepted { QueuePosition = Waiting } });
                    }

                    await _slots.WaitAsync(run.Cancelled);
                    holdsSlot = true;
                }
                finally
                {
                    Interlocked.Decrement(ref _waiting);
                }
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

        if (holdsSlot)
        {
            _slots.Release();
        }

        if (!light)
        {
            Interlocked.Decrement(ref _held);
        }

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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(run.Cancelled, timeout.Token);
        var output = new FirstOutput(run, time, started, limits.MostOutputChars);

        // Without an accelerator of its own it is another server's work, whose memory is not known here.
        using var memory = runtime.Info.Accelerator is null ? null : new MemoryGrowth(time);
        try
        {
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
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !run.Cancelled.IsCancellationRequested)
        {
            throw new TaskFailedException(ReasonCode.Timeout, $"It took longer than {request.TimeoutMs / 1000.0:0.#} s.");
        }
    }

    /// <summary>Notes when the first text or file came and whether there is an answer, and stops a runtime that does not stop writing.</summary>
    private sealed class FirstOutput(ITaskOutput inner, TimeProvider time, long started, int most) : ITaskOutput
    {
        private long _written;

        public double? FirstMs { get; private set; }

        /// <summary>Whether anything but blanks was answered.</summary>
        public bool HasText { get; private set; }

        public bool HasReasoning { get; private set; }

        public void Text(string text)
        {
            Count(text);
            HasText |= !string.IsNullOrWhiteSpace(text);
            inner.Text(text);
        }

        public void Reasoning(string text)
        {
            Count(text);
            HasReasoning = true;
            inner.Reasoning(text);
        }

        public void TextWasReasoning()
        {
            (HasText, HasReasoning) = (false, true);
            inner.TextWasReasoning();
        }

        public void Progress(double fraction, string note) => inner.Progress(fraction, note);

        public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes)
        {
            FirstMs ??= time.GetElapsedTime(started).TotalMilliseconds;
            inner.Artifact(name, contentType, bytes);
        }

        private void Count(string text)
        {
            FirstMs ??= time.GetElapsedTime(started).TotalMilliseconds;
            _written += text.Length;
            if (_written > most)
            {
                throw new TaskFailedException(ReasonCode.BadOutput, $"It wrote more than {most:N0} characters.");
            }
        }
    }
}
