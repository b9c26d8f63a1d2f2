using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace EdgeMesh.Bench.Programs;

/// <summary>A real process of ours, started as a person would; it ends with its owner.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private readonly TextWriter? _log;

    private bool _disposed;

    private ProgramProcess(Process process, string? log)
    {
        _process = process;
        _log = log is null ? null : TextWriter.Synchronized(new StreamWriter(new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true });
    }

    /// <summary>Whether it has ended, whoever still holds its output open.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Resident memory now, MB (2^20 bytes).</summary>
    public double ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>The most resident memory it ever had, MB (2^20 bytes).</summary>
    public double PeakMb
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>Processor time it used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static ProgramProcess Start(string dll, params IEnumerable<string> arguments) => Start(dll, new Dictionary<string, string>(), arguments);

    public static ProgramProcess Start(string dll, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) => Start(dll, environment, arguments, log: null);

    /// <param name="log">A file to which all it prints is appended; its lines are then not kept for <see cref="LineAsync"/>.</param>
    public static ProgramProcess Start(string dll, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, string? log)
    {
        var start = new ProcessStartInfo("dotnet", [dll, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var program = new ProgramProcess(new Process { StartInfo = start }, log);
        program._process.OutputDataReceived += (_, e) => program.Keep(e.Data);
        program._process.ErrorDataReceived += (_, e) => program.Keep(e.Data);
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>The next line it prints that has this text in it.</summary>
    public async Task<string> LineAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"It ended without printing \"{text}\".");
    }

    /// <summary>The median of a reading each half second.</summary>
    public async Task<double> ResidentMbOverAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        List<double> readings = [];
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
        {
            readings.Add(ResidentMb);
            await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System, cancellationToken);
        }

        return Repeat.Median([.. readings]);
    }

    /// <summary>Sends a POSIX signal.</summary>
    public void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} was not sent.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _log?.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (_log is null)
        {
            _lines.Writer.TryWrite(line);
        }
        else
        {
            _log.WriteLine(line);
        }
    }
}
