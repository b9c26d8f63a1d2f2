using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeMesh.Tests.Probe;

/// <summary>What a hostile model would do with the rights of a worker.</summary>
internal static partial class Attempts
{
    public static void Run(Targets t)
    {
        var folder = Path.GetDirectoryName(t.Secret)!;
        Try("read-model", () => File.ReadAllBytes(t.Model));
        Try("write-scratch", () => File.WriteAllText(Path.Combine(t.Scratch, "mine"), "x"));
        Try("read-secret", () => File.ReadAllBytes(t.Secret));
        Try("list-folder", () => Directory.GetFiles(folder));
        Try("create-file", () => File.WriteAllText(Path.Combine(folder, "planted"), "x"));
        Try("create-in-tmp", () => File.WriteAllText(Path.Combine("/tmp", $"edgemesh-probe-{Environment.ProcessId}"), "x"));
        Try("create-in-model-folder", () => File.WriteAllText(t.Model + ".planted", "x"));
        Try("overwrite-model", () => File.WriteAllText(t.Model, "model"));
        Try("append-secret", () => File.AppendAllText(t.Secret, "x"));
        Try("change-mode", () => Check(ChangeMode(t.Model, 0x1b6)));
        Try("create-folder", () => Check(MakeFolder(Path.Combine(folder, "planted.d"), 0x1ff)));
        Try("link", () => File.CreateSymbolicLink(Path.Combine(folder, "planted.link"), t.Secret));
        Try("hard-link-out", () => Check(Link(t.Secret, Path.Combine(t.Scratch, "stolen"))));
        Try("rename", () => Check(Rename(t.Model + ".spare", t.Model + ".moved")));
        Try("delete", () => Check(Unlink(t.Model + ".spare2")));
        Try("environment-of-agent", () => File.ReadAllBytes($"/proc/{t.Outside}/environ"));
        Try("memory-of-agent", () => File.OpenRead($"/proc/{t.Outside}/mem").Dispose());
        Try("signal-agent", () => Check(Kill(t.Outside, 0)));
        Try("tcp-connect", () => Connect(new IPEndPoint(IPAddress.Loopback, t.TcpPort), ProtocolType.Tcp));
        Try("tcp-listen", () => new TcpListener(IPAddress.Loopback, 0).Start());
        Try("udp-send", () => new UdpClient(AddressFamily.InterNetwork).Send([1], 1, new IPEndPoint(IPAddress.Loopback, 9)));
        Try("unix-connect", () => Connect(new UnixDomainSocketEndPoint(t.UnixSocket), ProtocolType.Unspecified));
        Try("run-program", () => Process.Start("/bin/true").WaitForExit());
        Try("become-program", () => Check(Access("/bin/true"), "execve"));
        Try("many-files", () => OpenMany(t.Model));
        Try("endless-file", () => Grow(Path.Combine(t.Scratch, "endless")));
        Try("trace", () => Check(Trace(0x4206, t.Outside, 0, 0))); // PTRACE_SEIZE
    }

    private static void Try(string name, Action attempt)
    {
        string outcome;
        try
        {
            attempt();
            outcome = "done";
        }
#pragma warning disable CA1031 // whatever it is, it is told
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = $"refused: {e.GetType().Name} {e.Message}";
        }

        Console.WriteLine($"{name} {outcome}");
    }

    private static void OpenMany(string path)
    {
        List<FileStream> open = [];
        try
        {
            for (var i = 0; i < 1_100; i++)
            {
                open.Add(File.OpenRead(path));
            }
        }
        finally
        {
            open.ForEach(f => f.Dispose());
        }
    }

    // Nothing is written to the disk: the file is a hole.
    private static void Grow(string path)
    {
        using var file = File.Create(path);
        file.SetLength(5L << 30);
    }

    private static void Connect(EndPoint to, ProtocolType protocol)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, protocol);
        socket.Connect(to);
    }

    private static void Check(int result, string what = "call")
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), what);
        }
    }

    // Would replace this process: asked with an argument list that the kernel cannot read, it fails with EFAULT where it is allowed, with EPERM where not.
    private static int Access(string program)
    {
        var result = Execute(program, -1, -1);
        return Marshal.GetLastPInvokeError() == 14 ? 0 : result;
    }

    [LibraryImport("libc", EntryPoint = "chmod", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trace(int request, int process, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, nint arguments, nint environment);
}
