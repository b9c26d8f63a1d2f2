using System.Globalization;

namespace EdgeMesh.Bench.Chaos;

/// <summary>Finds what the processes of a run left behind, by the mark in their environment (Linux).</summary>
internal static class Orphans
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Processes of the run that are still there some seconds after its last program ended; each is named and ended.</summary>
    public static async Task<ImmutableArray<string>> EndAsync(string mark)
    {
        var needle = $"{Subject.Mark}={mark}";
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Grace && Marked(needle).Any();)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        return [.. Marked(needle).Select(End)];
    }

    private static IEnumerable<int> Marked(string needle) => !Directory.Exists("/proc") ? [] : Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && Read(id, "environ").Split('\0').Contains(needle));

    private static string End(int id)
    {
        var words = Read(id, "cmdline").Replace('\0', ' ');
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has just ended by itself.
        }

        return $"{id}: {words}";
    }

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It has ended, or is somebody else's.
        }
    }
}
