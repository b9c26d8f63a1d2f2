using System.Globalization;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Connections;

/// <summary>Who was refused what, as one line a minute of each kind, however many there were: a flood must not fill the log. Thread-safe.</summary>
public sealed partial class RefusalLog(ILogger<RefusalLog> logger, TimeProvider time)
{
    private const int MostNetworks = 1_000;
    private const int MostNamed = 3;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Counts one refusal; the first is logged at once.</summary>
    /// <param name="what">What was refused, such as "Connections": one of few words of ours.</param>
    /// <param name="from">Whose.</param>
    /// <param name="why">The limit, in words.</param>
    public void Refused(string what, PeerNetwork from, string why)
    {
        string who;
        int count;
        lock (_gate)
        {
            if (!_kinds.TryGetValue(what, out var kind))
            {
                _kinds[what] = kind = new Kind();
            }

            kind.Count++;
            if (kind.Networks.ContainsKey(from) || kind.Networks.Count < MostNetworks)
            {
                kind.Networks[from] = kind.Networks.GetValueOrDefault(from) + 1;
            }

            if (kind.ToldAt is { } told && time.GetElapsedTime(told) < Every)
            {
                return;
            }

            count = kind.Count;
            who = Names(kind);
            kind.ToldAt = time.GetTimestamp();
            kind.Count = 0;
            kind.Networks.Clear();
        }

        LogRefused(what, count, who, why);
    }

    private static string Names(Kind kind)
    {
        var most = kind.Networks.OrderByDescending(n => n.Value).Take(MostNamed).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Key} ({n.Value:N0})"));
        return string.Join(", ", most) + (kind.Networks.Count > MostNamed ? $" and {kind.Networks.Count - MostNamed} more" : "");
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Warning, Message = "{What}: {Count} refused since the last such line, of {Who}. {Why}")]
    private partial void LogRefused(string what, int count, string who, string why);

    private sealed class Kind
    {
        public Dictionary<PeerNetwork, int> Networks { get; } = [];

        public int Count { get; set; }

        public long? ToldAt { get; set; }
    }
}
