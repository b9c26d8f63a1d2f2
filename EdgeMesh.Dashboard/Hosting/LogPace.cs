using Microsoft.Extensions.Logging;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>How many lines of one kind (category and event) a minute the log takes, so that whoever is let in nowhere cannot fill it. What was left out is counted and told. Thread-safe.</summary>
public sealed class LogPace(TimeProvider time)
{
    /// <summary>Lines of one kind in a minute.</summary>
    public const int Most = 60;

    private const int MostKinds = 2_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Category, int Event, string? Name), Kind> _kinds = [];

    /// <summary>Whether a line is written, and how many of its kind were left out since the last one that was.</summary>
    public (bool Written, int LeftOut) Judge(string category, EventId id)
    {
        lock (_gate)
        {
            var key = (category, id.Id, id.Name);
            if (!_kinds.TryGetValue(key, out var kind))
            {
                if (_kinds.Count >= MostKinds)
                {
                    _kinds.Clear();
                }

                _kinds[key] = kind = new Kind { Began = time.GetTimestamp() };
            }

            if (time.GetElapsedTime(kind.Began) >= Window)
            {
                (kind.Began, kind.Written) = (time.GetTimestamp(), 0);
            }

            if (kind.Written >= Most)
            {
                kind.LeftOut++;
                return (false, 0);
            }

            kind.Written++;
            var leftOut = kind.LeftOut;
            kind.LeftOut = 0;
            return (true, leftOut);
        }
    }

    private sealed class Kind
    {
        public long Began { get; set; }

        public int Written { get; set; }

        public int LeftOut { get; set; }
    }
}
