using System.Diagnostics;
using System.IO.Pipes;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Agent.Worker.Sandbox;
using Grpc.Net.Client;

namespace EdgeMesh.Agent.Worker;

/// <summary>One running worker: a child process and its service over a private pipe. When the agent ends, the pipe breaks and the worker ends too.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MemoryCheck = TimeSpan.FromMilliseconds(500);
    private const int Sigkill = 137;
    private readonly Process _process;
    private readonly Scratch _scratch;
    private readonly NamedPipeServerStream _pipe;
    private readonly GrpcChannel _channel;
    private readonly Task _watching;
    private readonly TaskCompletionSource<WorkerEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LastLines _errors;
    private volatile string? _killedBecause;
    private volatile bool _overLimit;
    private long _peak;

    private WorkerProcess(Process process, Scratch scratch, NamedPipeServerStream pipe, LastLines errors, long memoryLimitMb, TimeProvider time)
    {
        (_process, _scratch, _pipe, _errors) = (process, scratch, pipe, errors);
        var used = 0;
        _channel = GrpcChannel.ForAddress("http://worker", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = false,
                InitialHttp2StreamWindowSize = 1024 * 1024,
                ConnectCallback = (_, _) => Interlocked.Exchange(ref used, 1) == 0 ? new ValueTask<Stream>(pipe) : throw new IOException("The worker is gone."),
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 80 * 1024 * 1024,
        });
        Client = new InferenceWorker.InferenceWorkerClient(_channel);
        Meter = new ModelMeter.ModelMeterClient(_channel);
        _watching = WatchAsync(memoryLimitMb, time);
    }

    public InferenceWorker.InferenceWorkerClient Client { get; }

    public ModelMeter.ModelMeterClient Meter { get; }

    public int Id => _process.Id;

    /// <summary>Completes when the process has ended, with why.</summary>
    public Task<WorkerEnd> Ended => _ended.Task;

    /// <summary>Highest resident memory since it started or since <see cref="ForgetPeak"/>, MiB.</summary>
    public long PeakRamMb => Math.Max(_peak, Memory() ?? 0);

    /// <summary>A new piece of work begins: what an earlier one took is not its memory.</summary>
    public void ForgetPeak() => _peak = 0;

    /// <summary>Starts a worker and waits until it serves.</summary>
    /// <exception cref="IOException">It could not be started, or ended at once; the message says why.</exception>
    public static async Task<WorkerProcess> StartAsync(WorkerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var name = PipeName.New();
        var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        var scratch = new Scratch();
        try
        {
            return await ConnectAsync(Launch(name, options.Plan(scratch.Path)), scratch, pipe, options.EffectiveMemoryLimitMb, time, cancellationToken);
        }
        catch
        {
            scratch.Dispose();
            await pipe.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _killedBecause ??= "it was stopped";
        _channel.Dispose();
        await _pipe.DisposeAsync();
        Kill();
        await _watching;
        _process.Dispose();
        _scratch.Dispose();
    }

    private static Process Launch(string pipeName, SandboxPlan plan)
    {
        try
        {
            var process = Process.Start(WorkerProgram.Command(PipeName.Whole(pipeName), plan)) ?? throw new IOException("The worker process could not be started.");
            process.StandardInput.Close();
            return process;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new IOException($"The worker process could not be started: {e.Message}", e);
        }
    }

    private static async Task<WorkerProcess> ConnectAsync(Process process, Scratch scratch, NamedPipeServerStream pipe, long memoryLimitMb, TimeProvider time, CancellationToken cancellationToken)
    {
        var said = new LastLines();
        process.ErrorDataReceived += (_, e) => said.Add(e.Data);
        process.OutputDataReceived += (_, e) => said.Add(e.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        try
        {
            var connected = pipe.WaitForConnectionAsync(limit.Token);
            if (await Task.WhenAny(connected, process.WaitForExitAsync(limit.Token)) != connected)
            {
                limit.Token.ThrowIfCancellationRequested();
                throw new IOException($"The worker process ended at once (exit code {process.ExitCode}). {said}".TrimEnd());
            }

            await connected;
            return new WorkerProcess(process, scratch, pipe, said, memoryLimitMb, time);
        }
        catch (Exception e)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw e is OperationCanceledException && !cancellationToken.IsCancellationRequested ? new IOException("The worker process did not answer in time.", e) : e;
        }
    }

    private async Task WatchAsync(long memoryLimitMb, TimeProvider time)
    {
        var exited = _process.WaitForExitAsync();
        using var timer = new PeriodicTimer(MemoryCheck, time);
        while (!exited.IsCompleted)
        {
            await Task.WhenAny(exited, timer.WaitForNextTickAsync().AsTask());
            if (Memory() is { } now)
            {
                _peak = Math.Max(_peak, now);
                if (now > memoryLimitMb && _killedBecause is null)
                {
                    _overLimit = true;
                    _killedBecause = $"it used {now:N0} MB, more than its limit of {memoryLimitMb:N0} MB";
                    Kill();
                }
            }
        }

        var forMemory = _overLimit || (_killedBecause is null && _process.ExitCode == Sigkill);
        _ended.TrySetResult(new WorkerEnd(_killedBecause ?? Explain(_process.ExitCode), forMemory, _errors.ToString()));
    }

    // .NET reports a death by signal as 128 + its number.
    private static string Explain(int code) => code switch
    {
        139 => "it crashed in native code (SIGSEGV)",
        134 => "it aborted in native code (SIGABRT)",
        Sigkill => "it was killed from outside (SIGKILL), often for lack of memory",
        unchecked((int)0xC0000005) => "it crashed in native code (access violation)",
        _ => $"it ended with exit code {code}",
    };

    private long? Memory()
    {
        try
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024 / 1024;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}

/// <summary>Why a worker ended.</summary>
/// <param name="Cause">In words, continuing "The worker ended: …".</param>
/// <param name="ForMemory">Its memory was the reason, or may well have been.</param>
/// <param name="LastOutput">The last lines it wrote; for the log.</param>
internal sealed record WorkerEnd(string Cause, bool ForMemory, string LastOutput);
