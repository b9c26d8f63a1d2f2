using System.Globalization;
using System.Runtime.InteropServices;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines.Owners;

/// <summary>Whose process listens on a loopback port, as Linux tells every user. Elsewhere nobody knows: null.</summary>
internal static partial class PortOwners
{
    private const string Listening = "0A";

    /// <summary>The user, and the program where this user may see it.</summary>
    public static EngineOwner? Of(int port) => OperatingSystem.IsLinux() ? Of(port, "/proc", Me()) : null;

    /// <summary>The same of another view of the kernel.</summary>
    /// <param name="me">The user who asks: what is theirs, or root's (who can do anything as it is), belongs to nobody else.</param>
    internal static EngineOwner? Of(int port, string proc, int me)
    {
        // What is bound to the loopback address comes before what is bound to all.
        var found = Rows($"{proc}/net/tcp", port).Concat(Rows($"{proc}/net/tcp6", port)).OrderBy(r => r.IsAny).FirstOrDefault();
        return found is null ? null : new EngineOwner(found.Uid, NameOf(found.Uid), ProgramOf(proc, found.Inode), found.Uid != me && found.Uid != 0, false);
    }

    private static IEnumerable<Row> Rows(string table, int port) =>
        from line in Lines(table).Skip(1)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal)
        let address = fields[1].Split(':')[0]
        where IsReachable(address) && int.TryParse(fields[7], CultureInfo.InvariantCulture, out _)
        select new Row(int.Parse(fields[7], CultureInfo.InvariantCulture), fields[9], address.All(c => c == '0'));

    // By 127.0.0.1: that very address, any, or the same written as IPv6.
    private static bool IsReachable(string address) => address.All(c => c == '0') || address is "0100007F" or "0000000000000000FFFF00000100007F" or "00000000000000000000FFFF7F000001";

    private static string ProgramOf(string proc, string inode)
    {
        var wanted = $"socket:[{inode}]";
        try
        {
            foreach (var process in Directory.EnumerateDirectories(proc).Where(p => int.TryParse(Path.GetFileName(p), CultureInfo.InvariantCulture, out _)))
            {
                try
                {
                    if (Directory.EnumerateFileSystemEntries($"{process}/fd").Any(f => new FileInfo(f).LinkTarget == wanted))
                    {
                        return new FileInfo($"{process}/exe").LinkTarget ?? "";
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another user's process, or one that ended meanwhile.
                }
            }
        }
        catch (IOException)
        {
            // No list of processes here.
        }

        return "";
    }

    private static string NameOf(int uid) =>
        Lines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == uid.ToString(CultureInfo.InvariantCulture))?[0] ?? "";

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Me();

    private sealed record Row(int Uid, string Inode, bool IsAny);
}
