using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Connections;

/// <summary>How many files and sockets this process may have open. At that limit .NET ends the process, so connections have to stop before it.</summary>
internal static partial class OpenFiles
{
    private const int LinuxLimit = 7; // RLIMIT_NOFILE
    private const int MacLimit = 8;

    /// <summary>The limit (.NET raised the soft one to the hard one at its start); null where there is none to speak of.</summary>
    public static int? Limit
    {
        get
        {
            if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            {
                return null;
            }

            return GetLimit(OperatingSystem.IsMacOS() ? MacLimit : LinuxLimit, out var limits) == 0 && limits.Soft < int.MaxValue ? (int)limits.Soft : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetLimit(int resource, out Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Soft;
        public ulong Hard;
    }
}
