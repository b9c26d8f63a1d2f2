using System.Text.Json;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Attention;

/// <summary>Kept in a JSON file of the data directory, whole or not at all; at most <see cref="Most"/>.</summary>
public sealed partial class Dismissals(DashboardOptions options, ILogger<Dismissals> logger) : IDismissals
{
    private const int Most = 500;
    private readonly Lock _gate = new();
    private volatile ImmutableHashSet<string> _current = Read(options.DismissalsPath, logger);

    public ImmutableHashSet<string> Current => _current;

    public void Dismiss(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (_gate)
        {
            var all = Current.Union(keys);
            Set(all.Count > Most ? [.. all.Take(Most)] : all);
        }
    }

    public void KeepOnly(IReadOnlySet<string> present)
    {
        ArgumentNullException.ThrowIfNull(present);
        lock (_gate)
        {
            var kept = Current.Intersect(present);
            if (kept.Count < Current.Count)
            {
                Set(kept);
            }
        }
    }

    private void Set(ImmutableHashSet<string> keys)
    {
        _current = keys;
        try
        {
            var draft = options.DismissalsPath + ".new";
            File.WriteAllText(draft, JsonSerializer.Serialize(keys));
            File.Move(draft, options.DismissalsPath, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It holds until the next start, then the troubles are told again: better once too often.
            LogNotKept(logger, options.DismissalsPath, e.Message);
        }
    }

    private static ImmutableHashSet<string> Read(string path, ILogger logger)
    {
        try
        {
            return File.Exists(path) ? [.. (JsonSerializer.Deserialize<string?[]>(File.ReadAllText(path)) ?? []).OfType<string>().Take(Most)] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            LogNotKept(logger, path, e.Message);
            return [];
        }
    }

    [LoggerMessage(3071, LogLevel.Warning, "{Path} does not keep what was dismissed under \"Needs attention\": {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}
