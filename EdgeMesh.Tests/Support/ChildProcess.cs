using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeMesh.Tests.Support;

/// <summary>A real process of ours: its lines are kept, it can be asked to stop or be killed, and it never outlives its test.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly Lazy<bool> IgnoresInterrupt = new(() => OperatingSystem.IsLinux() &&
        File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line &&
        (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 0b10) != 0);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private Task _ended = Task.CompletedTask;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Whether it has ended, and everything it printed is here.</summary>
    public bool HasExited => _ended.IsCompleted;

    public int ExitCode => _process.ExitCode;

    /// <summary>Everything it printed so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a program of ours.</summary>
    /// <param name="within">A command that starts it elsewhere, as in a network namespace.</param>
    public static ChildProcess Start(string dll, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, IEnumerable<string>? within = null) =>
        StartProgram([.. within ?? [], "dotnet", dll, .. arguments], environment);

    /// <summary>Starts any program; its input stays open as long as it is not disposed.</summary>
    public static ChildProcess StartProgram(ImmutableArray<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A suite that was started in the background of a shell ignores SIGINT, and so would its children: they are started with the system's own way again.
        command = IgnoresInterrupt.Value ? ["env", "--default-signal=INT", .. command] : command;
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process);
        process.OutputDataReceived += (_, e) => child.Keep(e.Data);
        process.ErrorDataReceived += (_, e) => child.Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        child._ended = process.WaitForExitAsync(CancellationToken.None);
        return child;
    }

    /// <summary>The first line that fits, as soon as it is printed; fails with all output when the process ends or is too slow.</summary>
    public async Task<string> LineAsync(Func<string, bool> fits, TimeSpan? deadline = null)
    {
        try
        {
            return await Until.NotNullAsync(
                "a line of the process",
                () => Task.FromResult(
                    _lines.FirstOrDefault(fits) ?? (HasExited ? throw new InvalidOperationException("It ended early.") : null)),
                deadline);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{e.Message} It printed:\n{Output}", e);
        }
    }

    /// <summary>Waits until it ends by itself; returns the exit code.</summary>
    public async Task<int> ExitAsync(TimeSpan deadline)
    {
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(deadline, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>Waits until it ended and everything it printed is here.</summary>
    public Task EndOfOutputAsync() => _process.WaitForExitAsync(CancellationToken.None);

    /// <summary>SIGKILL: no goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>What Ctrl+C does (SIGINT); returns the exit code.</summary>
    public async Task<int> InterruptAsync(TimeSpan? deadline = null)
    {
        Signal(2);
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(deadline ?? TimeSpan.FromSeconds(10), TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>Sends a POSIX signal.</summary>
    public void Signal(int signal) => Signal(_process.Id, signal);

    /// <summary>Sends a POSIX signal to a process that a test knows by its id.</summary>
    public static void Signal(int process, int signal)
    {
        if (Kill(process, signal) != 0)
        {
            throw new InvalidOperationException($"The signal could not be sent: {Marshal.GetLastPInvokeError()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
