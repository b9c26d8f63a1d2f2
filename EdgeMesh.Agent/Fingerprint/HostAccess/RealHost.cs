using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace EdgeMesh.Agent.Fingerprint.HostAccess;

/// <summary>The machine this process runs on.</summary>
public sealed class RealHost(TimeProvider time) : IDeviceHost
{
    private const int MaxEntries = 4096;
    private const int MaxOutputChars = 4 * 1024 * 1024;

    public RuntimeFacts Runtime { get; } = new(
        OperatingSystem.IsWindows() ? HostPlatform.Windows
            : OperatingSystem.IsMacOS() ? HostPlatform.MacOs
            : OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? HostPlatform.Linux
            : HostPlatform.Unknown,
        RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        RuntimeInformation.OSDescription,
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : null,
        Intrinsics.Supported(),
        OperatingSystem.IsWindows() ? WindowsNative.ArmFeatures() : [],
        Worker.Sandbox.SandboxSupport.Describe());

    public int Read(string path, Span<byte> buffer)
    {
        try
        {
            // Asking first keeps the common "not there" free of exceptions.
            if (!File.Exists(path))
                return -1;
            // ReadWrite sharing: no advisory lock is taken on someone else's file.
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var total = 0;
            while (total < buffer.Length && RandomAccess.Read(file, buffer[total..], total) is > 0 and var read)
                total += read;
            return total;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return -1;
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            if (!Directory.Exists(directory))
                return [];
            var names = Directory.EnumerateFileSystemEntries(directory).Take(MaxEntries).Select(p => Path.GetFileName(p)).ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return [];
        }
    }

    public bool Exists(string path) => Path.Exists(path);

    public string? Env(string name) => Environment.GetEnvironmentVariable(name);

    public long? DiskFreeBytes(string path)
    {
        try
        {
            var directory = Path.GetFullPath(path);
            while (!Directory.Exists(directory))
            {
                if (Path.GetDirectoryName(directory) is not { Length: > 0 } parent)
                    return null;
                directory = parent;
            }

            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return null;
        }
    }

    public async Task<string?> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var process = new Process { StartInfo = Quiet(program, arguments) };
        try
        {
            if (!process.Start())
                return null;
        }
        catch (Exception e) when (IsExpected(e) || e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return null;
        }

        try
        {
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = await ReadToLimitAsync(process.StandardOutput, stop.Token);
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0 ? output : null;
        }
        catch (Exception e) when (IsExpected(e) || e is OperationCanceledException or InvalidOperationException)
        {
            End(process);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static ProcessStartInfo Quiet(string program, IReadOnlyList<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        info.Environment["LC_ALL"] = "C"; // numbers and words as the parsers expect them
        return info;
    }

    private static async Task<string> ReadToLimitAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        // A grandchild can keep the pipe open after its parent ended: only the token ends this wait.
        while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (text.Length < MaxOutputChars)
                text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static bool IsExpected(Exception e) =>
        e is IOException or UnauthorizedAccessException or SecurityException or ArgumentException or NotSupportedException;
}
