using System.Runtime.InteropServices;

namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>
/// Landlock: which files a process may reach, and that it opens no TCP connection. It binds the calling thread and what that becomes or starts, so it is called on the
/// main thread before the process becomes itself again. Numbers are the same on x64 and arm64 (linux/landlock.h).
/// </summary>
internal static class Landlock
{
    private const long CreateRuleset = 444;
    private const long AddRule = 445;
    private const long RestrictSelf = 446;
    private const int PathBeneath = 1;
    private const int OpenPathCloseOnExec = 0x200000 | 0x80000;

    /// <summary>The kernel's version of it; 0 where there is none.</summary>
    public static int Version => OperatingSystem.IsLinux() ? (int)Math.Max(0, LinuxCalls.Call(CreateRuleset, 0, 0, 1, 0)) : 0;

    /// <summary>From here on nothing but this can be reached; nothing happens where the kernel has no Landlock.</summary>
    /// <param name="read">Files and folders to read and run programs and libraries from.</param>
    /// <param name="write">Folders to make, write and remove files in.</param>
    /// <param name="devices">Device files to use, or folders of them.</param>
    /// <exception cref="IOException">The kernel has it and refused.</exception>
    public static unsafe void Restrict(IEnumerable<string> read, IEnumerable<string> write, IEnumerable<string> devices)
    {
        var version = Version;
        if (version == 0)
        {
            return;
        }

        var handled = AllFileRights(version);
        var attributes = stackalloc ulong[] { (ulong)handled, version >= 4 ? 3UL : 0, version >= 6 ? 3UL : 0 };
        var ruleset = (int)LinuxCalls.Call(CreateRuleset, (nint)attributes, version >= 6 ? 24 : version >= 4 ? 16 : 8, 0, 0);
        LinuxCalls.Check(ruleset, "a Landlock rule set");
        Allow(ruleset, read, handled & (Right.Execute | Right.ReadFile | Right.ReadFolder));
        Allow(ruleset, write, handled & (Right.ReadFile | Right.ReadFolder | Right.WriteFile | Right.Truncate | Right.MakeFile | Right.RemoveFile));
        Allow(ruleset, devices, handled & (Right.ReadFile | Right.ReadFolder | Right.WriteFile | Right.Truncate | Right.Control));
        LinuxCalls.Check(LinuxCalls.Call(RestrictSelf, ruleset, 0, 0, 0), "Landlock");
        _ = LinuxCalls.Close(ruleset);
    }

    private static unsafe void Allow(int ruleset, IEnumerable<string> paths, Right rights)
    {
        foreach (var path in paths.Where(p => File.Exists(p) || Directory.Exists(p)).Distinct())
        {
            var file = LinuxCalls.Open(path, OpenPathCloseOnExec);
            if (file < 0)
            {
                continue;
            }

            // Only what a file can have counts for one that is no folder.
            var allowed = Directory.Exists(path) ? rights : rights & (Right.Execute | Right.ReadFile | Right.WriteFile | Right.Truncate | Right.Control);
            var rule = new Rule((ulong)allowed, file);
            var added = LinuxCalls.Call(AddRule, ruleset, PathBeneath, (nint)(&rule), 0);
            _ = LinuxCalls.Close(file);
            LinuxCalls.Check(added, $"a rule for {path}");
        }
    }

    // What a kernel does not know it refuses: later rights came with versions 2, 3 and 5.
    private static Right AllFileRights(int version) => (Right)((1UL << (version switch { 1 => 13, 2 => 14, 3 or 4 => 15, _ => 16 })) - 1);

    [Flags]
    private enum Right : ulong
    {
        Execute = 1 << 0,
        WriteFile = 1 << 1,
        ReadFile = 1 << 2,
        ReadFolder = 1 << 3,
        RemoveFile = 1 << 5,
        MakeFile = 1 << 8,
        Truncate = 1 << 14,
        Control = 1 << 15,
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Rule(ulong Allowed, int Parent);
}
