using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>How the attempts of one device are listened to: how far each was heard, and since when it is not. Bookkeeping of the device's grain; not thread-safe.</summary>
internal sealed class HeardAttempts(TimeProvider time)
{
    /// <summary>So often listening may break without a word over a link that stands.</summary>
    public const int MostBreaks = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private readonly Dictionary<AttemptId, Entry> _entries = [];

    /// <summary>Attempts that nobody listens to now.</summary>
    public IEnumerable<(AttemptId Id, Unheard State)> Silent =>
        _entries.Where(e => !e.Value.IsHeard).Select(e => (e.Key, new Unheard(e.Value.Position, e.Value.Breaks, time.GetElapsedTime(e.Value.Since), time.GetElapsedTime(e.Value.Looked) >= e.Value.Pause && !e.Value.IsAsked)));

    public bool IsHeard(AttemptId id) => _entries.GetValueOrDefault(id)?.IsHeard ?? false;

    /// <summary>An attempt that was ordered before and is to be listened to when its device is linked.</summary>
    public void Await(AttemptId id, AttemptPosition position) => _entries[id] = new Entry { Position = position, Since = time.GetTimestamp(), Looked = time.GetTimestamp() };

    /// <summary>Listening begins, or goes on.</summary>
    /// <param name="start">Where a new attempt begins.</param>
    /// <returns>From where.</returns>
    public AttemptPosition Begin(AttemptId id, AttemptPosition start)
    {
        if (!_entries.TryGetValue(id, out var entry))
        {
            _entries[id] = entry = new Entry { Position = start };
        }

        entry.IsHeard = true;
        return entry.Position;
    }

    /// <summary>Listening ended before the attempt did. The first try to go on comes at once, the next ones after longer and longer pauses.</summary>
    public void Broke(AttemptId id, AttemptPosition position)
    {
        if (_entries.TryGetValue(id, out var entry))
        {
            entry.Breaks = position.IsAt(entry.Position) ? entry.Breaks + 1 : 0;
            entry.Pause = entry.Breaks == 0 ? TimeSpan.Zero : FirstPause * Math.Min(1 << entry.Breaks, LongestPause / FirstPause);
            (entry.Position, entry.IsHeard, entry.IsAsked, entry.Since, entry.Looked) = (position, false, false, time.GetTimestamp(), time.GetTimestamp());
        }
    }

    /// <summary>The job is being asked whether it waits.</summary>
    public void Asking(AttemptId id) => Look(id, isAsked: true, TimeSpan.Zero);

    /// <summary>It waits; asked again after a while.</summary>
    public void Waits(AttemptId id) => Look(id, isAsked: false, TimeSpan.FromSeconds(1));

    /// <summary>The device is linked anew: no pause is waited for.</summary>
    public void Linked()
    {
        foreach (var entry in _entries.Values)
        {
            (entry.Pause, entry.IsAsked, entry.Breaks) = (TimeSpan.Zero, false, 0);
        }
    }

    public void Remove(AttemptId id) => _entries.Remove(id);

    public void Clear() => _entries.Clear();

    private void Look(AttemptId id, bool isAsked, TimeSpan pause)
    {
        if (_entries.TryGetValue(id, out var entry))
        {
            (entry.IsAsked, entry.Pause, entry.Looked) = (isAsked, pause, time.GetTimestamp());
        }
    }

    private sealed class Entry
    {
        public required AttemptPosition Position { get; set; }

        public bool IsHeard { get; set; }

        public bool IsAsked { get; set; }

        public int Breaks { get; set; }

        public TimeSpan Pause { get; set; }

        public long Since { get; set; }

        public long Looked { get; set; }
    }
}

/// <summary>An attempt that nobody listens to.</summary>
/// <param name="Breaks">So often in a row listening ended without a word.</param>
/// <param name="Away">Since it was listened to.</param>
/// <param name="IsDue">Something may be done about it now.</param>
internal sealed record Unheard(AttemptPosition Position, int Breaks, TimeSpan Away, bool IsDue);
