using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace EdgeMesh.Agent.Service;

/// <summary>The system a service is installed on: what it is, its files and its programs.</summary>
public interface IServiceHost
{
    ServiceKind Kind { get; }

    /// <summary>Who would be served: this program, this user.</summary>
    ServiceSpec Describe(string data);

    void Write(ServiceFile file);

    bool Remove(string path);

    bool Exists(string path);

    /// <summary>Exit code and what was printed; code -1 when there is no such program.</summary>
    Task<(int Code, string Output)> RunAsync(ImmutableArray<string> command, CancellationToken cancellationToken);
}

/// <summary>This machine.</summary>
public sealed class ServiceHost : IServiceHost
{
    private const string TermuxFolder = "/data/data/com.termux/files/home";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public ServiceKind Kind =>
        OperatingSystem.IsWindows() ? ServiceKind.Windows
        : OperatingSystem.IsMacOS() ? Environment.IsPrivilegedProcess ? ServiceKind.LaunchDaemon : ServiceKind.LaunchAgent
        : Directory.Exists(TermuxFolder) ? ServiceKind.Termux
        // The folder that systemd makes when it is what started the machine (sd_booted).
        : Directory.Exists("/run/systemd/system") ? Environment.IsPrivilegedProcess ? ServiceKind.SystemdSystem : ServiceKind.SystemdUser
        : ServiceKind.None;

    public ServiceSpec Describe(string data)
    {
        var program = Environment.ProcessPath!;
        var isDotnet = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ServiceSpec(
            isDotnet ? [program, Path.Combine(AppContext.BaseDirectory, "edgemesh-agent.dll")] : [program],
            data, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Environment.UserName, UserId());
    }

    public void Write(ServiceFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        File.WriteAllText(file.Path, file.Text);
        if (file.IsProgram && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public bool Remove(string path)
    {
        var was = File.Exists(path);
        File.Delete(path);
        return was;
    }

    public bool Exists(string path) => File.Exists(path);

    public async Task<(int Code, string Output)> RunAsync(ImmutableArray<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, string.Concat(output).Trim());
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (-1, "It did not end in time.");
        }
    }

    private static int UserId()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("Uid:", StringComparison.Ordinal));
            if (line is not null)
            {
                return int.Parse(line.Split('\t', ' ')[1], CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // Not Linux.
        }

        return OperatingSystem.IsMacOS() ? MacUserId() : Environment.IsPrivilegedProcess ? 0 : 1;
    }

    private static int MacUserId()
    {
        using var id = Process.Start(new ProcessStartInfo("/usr/bin/id", "-u") { RedirectStandardOutput = true })!;
        return int.TryParse(id.StandardOutput.ReadToEnd().Trim(), CultureInfo.InvariantCulture, out var number) ? number : 501;
    }
}
