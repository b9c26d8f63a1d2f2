using System.Globalization;
using System.Net;

namespace EdgeMesh.Tests.Support;

/// <summary>What a process and its children listen on, as the kernel tells it (Linux).</summary>
public static class OpenSockets
{
    /// <summary>A socket that takes connections or datagrams.</summary>
    /// <param name="Kind">tcp, udp, unix or abstract.</param>
    /// <param name="Address">ADDRESS:PORT, or a path or name.</param>
    /// <param name="Pid">Whose it is.</param>
    public sealed record Listener(string Kind, string Address, int Pid)
    {
        public int Port => Kind is "tcp" or "udp" ? IPEndPoint.Parse(Address).Port : 0;
    }

    /// <summary>Everything that the given processes and their descendants listen on.</summary>
    public static IReadOnlyList<Listener> Of(params int[] roots)
    {
        var owners = new Dictionary<string, int>();
        foreach (var pid in Tree(roots))
        {
            foreach (var inode in Inodes(pid))
            {
                owners.TryAdd(inode, pid);
            }
        }

        var proc = $"/proc/{roots[0]}/net/";
        return
        [
            .. Inet("tcp", proc + "tcp", "0A", owners), .. Inet("tcp", proc + "tcp6", "0A", owners),
            .. Inet("udp", proc + "udp", "07", owners), .. Inet("udp", proc + "udp6", "07", owners),
            .. Unix(proc + "unix", owners),
        ];
    }

    /// <summary>The processes and all their descendants.</summary>
    public static IReadOnlyList<int> Tree(params int[] roots)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Read($"{folder}/stat") is { } stat)
            {
                parents[pid] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }

        List<int> tree = [.. roots];
        for (var i = 0; i < tree.Count; i++)
        {
            tree.AddRange(parents.Where(p => p.Value == tree[i]).Select(p => p.Key));
        }

        return tree;
    }

    private static IEnumerable<Listener> Inet(string kind, string table, string state, Dictionary<string, int> owners) =>
        from line in Lines(table)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields[3] == state && owners.ContainsKey(fields[9])
        select new Listener(kind, EndPoint(fields[1]).ToString(), owners[fields[9]]);

    private static IEnumerable<Listener> Unix(string table, Dictionary<string, int> owners) =>
        from line in Lines(table)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where fields.Length > 7 && (Convert.ToInt32(fields[3], 16) & 0x10000) != 0 && owners.ContainsKey(fields[6])
        select new Listener(fields[7][0] == '@' ? "abstract" : "unix", fields[7].TrimStart('@'), owners[fields[6]]);

    // 0100007F:1F90: each 32-bit group in the machine's byte order.
    private static IPEndPoint EndPoint(string text)
    {
        var (address, port) = (text.Split(':')[0], text.Split(':')[1]);
        var bytes = Convert.FromHexString(address);
        for (var i = 0; i < bytes.Length; i += 4)
        {
            Array.Reverse(bytes, i, 4);
        }

        return new IPEndPoint(new IPAddress(bytes), Convert.ToInt32(port, 16));
    }

    private static IEnumerable<string> Inodes(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFiles($"/proc/{pid}/fd").Select(f => File.ResolveLinkTarget(f, false)?.Name ?? "")
                .Where(t => t.StartsWith("socket:[", StringComparison.Ordinal)).Select(t => t[8..^1])];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Lines(string table) => (Read(table) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1);

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
