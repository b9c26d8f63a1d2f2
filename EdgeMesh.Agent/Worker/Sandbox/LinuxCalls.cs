using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>The few calls of Linux that confine a process. The calling thread matters: most of them bind it and what it starts, and no other thread.</summary>
internal static partial class LinuxCalls
{
    private const int SetNoNewPrivileges = 38;
    private const int FileSize = 1;
    private const int CoreSize = 4;
    private const int OpenFiles = 7;
    private const int FileTooLarge = 25; // SIGXFSZ
    private const nint Ignored = 1;
    private const uint CapabilityVersion = 0x20080522;

    /// <summary>The number of the last error.</summary>
    public static int Error => Marshal.GetLastPInvokeError();

    /// <summary>Whether this is the thread that the process began with.</summary>
    public static bool IsMainThread => ThreadId() == Environment.ProcessId;

    /// <summary>For good: no program started from here gets more rights than this one has.</summary>
    public static void NoNewPrivileges() => Check(Prctl(SetNoNewPrivileges, 1, 0, 0, 0), "no new privileges");

    /// <summary>Another session: no terminal, and no signals of the terminal's.</summary>
    // Fails where it is the leader of its group already, which is as good.
    public static void OwnSession() => _ = SetSid();

    /// <summary>No memory dumps, few files, none of them endless.</summary>
    /// <param name="files">Open at once.</param>
    /// <param name="bytes">Of one file. What goes beyond fails; the signal that would end the process is ignored.</param>
    public static void Limit(ulong files, ulong bytes)
    {
        _ = Signal(FileTooLarge, Ignored);
        Check(SetLimit(FileSize, new Limits(bytes, bytes)), "a limit of the size of files");
        Check(SetLimit(CoreSize, new Limits(0, 0)), "no core dumps");
        Check(SetLimit(OpenFiles, new Limits(files, files)), "a limit of open files");
    }

    /// <summary>Root without root's powers; for other users nothing changes.</summary>
    public static unsafe void NoCapabilities()
    {
        var header = stackalloc uint[] { CapabilityVersion, 0 };
        var none = stackalloc uint[6];
        Check(SetCapabilities(header, none), "no capabilities");
    }

    /// <summary>Becomes another program, in this process. Returns only when that failed.</summary>
    public static unsafe IOException Become(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var argv = Strings(arguments);
        var envp = Strings(environment);
        _ = Execute(program, argv, envp);
        return new IOException($"{program} could not be started inside the sandbox (errno {Error}).");
    }

    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Check(long result, string what)
    {
        if (result < 0)
        {
            throw new IOException($"The sandbox is not complete: {what} (errno {Error}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static unsafe partial long Call(long number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    // Never freed: the process becomes another one.
    private static unsafe nint* Strings(IReadOnlyList<string> texts)
    {
        var list = (nint*)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(nint));
        for (var i = 0; i < texts.Count; i++)
        {
            list[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "setsid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "gettid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ThreadId();

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, in Limits limits);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetCapabilities(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Execute(string path, nint* arguments, nint* environment);

    /// <summary>Soft and hard limit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);
}
