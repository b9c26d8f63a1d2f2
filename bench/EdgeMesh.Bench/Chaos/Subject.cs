namespace EdgeMesh.Bench.Chaos;

/// <summary>A program of ours that is killed, stopped and frozen, and started again on the same data. All it printed goes to one file.</summary>
internal sealed class Subject(string name, string dll, ImmutableArray<string> arguments, string logs) : IAsyncDisposable
{
    /// <summary>In the environment of every process of a run, and so of all that they start.</summary>
    public const string Mark = "EDGEMESH_CHAOS_RUN";

    private const int Sigkill = 9;
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private readonly string _log = Path.Combine(logs, name + ".log");
    private ProgramProcess? _process;

    public string Name => name;

    /// <summary>One fault at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Times that it ended without being told to; it was started again.</summary>
    public int Deaths { get; private set; }

    /// <summary>Orderly stops that took longer than they may; each was followed by a SIGKILL.</summary>
    public int SlowStops { get; private set; }

    public void Start() => _process = ProgramProcess.Start(dll, new Dictionary<string, string> { [Mark] = logs }, arguments, _log);

    /// <summary>Starts it when it ended by itself, which nothing should make it do.</summary>
    public void StartIfDead()
    {
        if (_process!.HasExited)
        {
            Deaths++;
            Start();
        }
    }

    public async Task KillAsync()
    {
        _process!.Signal(Sigkill);
        await EndedAsync(TimeSpan.MaxValue);
    }

    public async Task StopAsync()
    {
        _process!.Signal(Sigterm);
        if (!await EndedAsync(StopsWithin))
        {
            SlowStops++;
            await KillAsync();
        }
    }

    public async Task FreezeAsync(TimeSpan duration)
    {
        _process!.Signal(Sigstop);
        await Task.Delay(duration, TimeProvider.System);
        _process.Signal(Sigcont);
    }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    public async ValueTask DisposeAsync()
    {
        Turn.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    // Not by the end of its output: a process that it left behind may hold that open.
    private async Task<bool> EndedAsync(TimeSpan within)
    {
        for (var start = Stopwatch.GetTimestamp(); !_process!.HasExited;)
        {
            if (Stopwatch.GetElapsedTime(start) > within)
            {
                return false;
            }

            await Task.Delay(Step, TimeProvider.System);
        }

        return true;
    }
}
