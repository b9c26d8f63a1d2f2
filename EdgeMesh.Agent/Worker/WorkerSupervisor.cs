using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Worker;

/// <summary>Keeps one worker for whoever needs it: started when used, started again after it ended, stopped when idle. Thread-safe.</summary>
internal sealed partial class WorkerSupervisor(WorkerOptions options, TimeProvider time, ILogger<WorkerSupervisor> logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private WorkerProcess? _worker;
    private ITimer? _idle;
    private int _users;
    private bool _disposed;

    /// <summary>Called when a worker has ended, and with it all that it had in memory.</summary>
    public Action Ended { get; set; } = static () => { };

    /// <summary>The process id of the running worker, or null.</summary>
    public int? ProcessId => _worker is { Ended.IsCompleted: false } worker ? worker.Id : null;

    /// <summary>Highest resident memory of the running worker since its work began, MiB; null when none runs.</summary>
    public long? PeakRamMb => _worker is { Ended.IsCompleted: false } worker ? worker.PeakRamMb : null;

    /// <summary>A new piece of work begins: what an earlier one took is not its memory.</summary>
    public void ForgetPeak() => _worker?.ForgetPeak();

    /// <summary>Runs one piece of work on the worker. A worker that dies meanwhile is a <see cref="TaskFailedException"/> with the cause.</summary>
    /// <param name="what">For the cause: what the worker was doing, such as "running wordnet-chat".</param>
    public async Task<T> UseAsync<T>(string what, Func<WorkerProcess, Task<T>> work, CancellationToken cancellationToken)
    {
        var worker = await EnterAsync(cancellationToken);
        try
        {
            return await work(worker);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw await ExplainAsync(worker, e, what);
        }
        catch (RpcException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Asks the worker when it runs, without starting it or keeping it alive; default when it does not run or does not answer.</summary>
    public async Task<T?> PeekAsync<T>(Func<WorkerProcess, Task<T>> ask)
    {
        try
        {
            return _worker is { Ended.IsCompleted: false } worker ? await ask(worker) : default;
        }
        catch (Exception e) when (e is RpcException or ObjectDisposedException)
        {
            return default;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        if (_disposed)
        {
            _gate.Release();
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        _idle?.Dispose();
        if (_worker is { } worker)
        {
            await worker.DisposeAsync();
        }

        _gate.Release();
        _stopping.Dispose();
    }

    private async Task<WorkerProcess> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_worker is { Ended.IsCompleted: true } ended)
            {
                await ended.DisposeAsync();
                _worker = null;
            }

            _worker ??= await StartAsync(cancellationToken);
            _users++;
            return _worker;
        }
        catch (IOException e)
        {
            throw new TaskFailedException(ReasonCode.RuntimeDown, e.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<WorkerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var worker = await WorkerProcess.StartAsync(options, time, cancellationToken);
        Log.Started(logger, worker.Id);
        _ = worker.Ended.ContinueWith(
            e =>
            {
                Log.Ended(logger, worker.Id, e.Result.Cause, e.Result.LastOutput);
                Ended();
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return worker;
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _users);
        _idle?.Dispose();
        _idle = time.CreateTimer(_ => _ = StopIdleAsync(), null, options.IdleAfter, Timeout.InfiniteTimeSpan);
    }

    private async Task StopIdleAsync()
    {
        await _gate.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            if (Volatile.Read(ref _users) == 0 && _worker is { } worker)
            {
                _worker = null;
                await worker.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<TaskFailedException> ExplainAsync(WorkerProcess worker, RpcException e, string what)
    {
        if (WorkerFailures.Read(e) is { } told)
        {
            return told;
        }

        // The pipe breaks a moment before the process is seen to have ended.
        try
        {
            var end = await worker.Ended.WaitAsync(TimeSpan.FromSeconds(5), time);
            var reason = end.ForMemory ? ReasonCode.OutOfMemory : ReasonCode.RuntimeDown;
            return new TaskFailedException(reason, $"The worker process ended while {what}: {end.Cause}. It is started again for the next task.");
        }
        catch (TimeoutException)
        {
            return new TaskFailedException(ReasonCode.Internal, $"The worker process failed while {what} ({e.StatusCode}).");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 410, Level = LogLevel.Debug, Message = "Worker {Pid} started")]
        public static partial void Started(ILogger logger, int pid);

        [LoggerMessage(EventId = 411, Level = LogLevel.Information, Message = "Worker {Pid} ended: {Cause}. Last output: {Output}")]
        public static partial void Ended(ILogger logger, int pid, string cause, string output);
    }
}
