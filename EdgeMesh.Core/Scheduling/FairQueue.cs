namespace EdgeMesh.Core.Scheduling;

/// <summary>
/// What waits for a lane, in turns: start-time fair queueing (Goyal, Vin, Cheng, "Start-time fair queueing", 1996) between callers, first come first served within one. Each caller's work lies
/// end to end on a line of virtual time; whoever's next piece starts first on it has the turn, so that a caller with 200 chats gets one turn while another one has one. Not thread-safe.
/// </summary>
/// <typeparam name="T">What waits.</typeparam>
public sealed class FairQueue<T>
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    // Where on the line of virtual time the last turn began; nobody starts earlier.
    private double _now;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the one that has waited longest; it need not have the next turn. At least one waits.</summary>
    public long Oldest => _lines.Values.Where(l => l.Waiting.Count > 0).Min(l => l.Waiting.Peek().Number);

    /// <summary>The one that has the next turn. At least one waits.</summary>
    public T Next => First().Waiting.Peek().Item;

    /// <summary>Milliseconds of virtual time from now at which each caller's next piece of work would start; who is not in it starts now.</summary>
    public ImmutableDictionary<string, double> NextMs => _lines.Where(l => l.Value.EndMs(_now) > _now).ToImmutableDictionary(l => l.Key, l => l.Value.EndMs(_now) - _now, StringComparer.Ordinal);

    /// <summary>One more that waits.</summary>
    /// <param name="caller">Whose work it is.</param>
    /// <param name="workMs">Its own milliseconds, at least 0.</param>
    /// <param name="number">Grows with each that comes.</param>
    public void Add(string caller, T item, double workMs, long number)
    {
        if (!_lines.TryGetValue(caller, out var line))
        {
            _lines[caller] = line = new Line();
        }

        line.Waiting.Enqueue(new Entry(item, workMs, number));
        line.WaitingMs += workMs;
        Count++;
    }

    /// <summary>Takes out the one that has the next turn. At least one waits.</summary>
    public T Take()
    {
        var line = First();
        var (item, workMs, _) = line.Waiting.Dequeue();
        _now = line.StartMs(_now);
        line.TakenMs = _now + workMs;
        line.Left(workMs);
        Count--;
        return item;
    }

    /// <summary>Takes out one that somebody gave up; the turns of the others are as if it had never been there.</summary>
    /// <returns>Null when there is none.</returns>
    public T? Remove(Func<T, bool> which)
    {
        foreach (var line in _lines.Values)
        {
            foreach (var entry in line.Waiting.Where(e => which(e.Item)).Take(1).ToList())
            {
                line.Waiting = new Queue<Entry>(line.Waiting.Where(e => e.Number != entry.Number));
                line.Left(entry.WorkMs);
                Count--;
                return entry.Item;
            }
        }

        return default;
    }

    /// <summary>All that wait, in the order of their turns if nobody else comes.</summary>
    public ImmutableArray<(T Item, double WorkMs, Claim Claim)> InOrder()
    {
        var heads = new PriorityQueue<(string Caller, Queue<Entry>.Enumerator Entries), (double StartMs, long Number)>(_lines.Count);
        foreach (var (caller, line) in _lines)
        {
            Put(caller, line.Waiting.GetEnumerator(), line.StartMs(_now) - _now);
        }

        var all = ImmutableArray.CreateBuilder<(T, double, Claim)>(Count);
        while (heads.TryDequeue(out var head, out var turn))
        {
            var (item, workMs, _) = head.Entries.Current;
            all.Add((item, workMs, new Claim(head.Caller, turn.StartMs)));
            Put(head.Caller, head.Entries, turn.StartMs + workMs);
        }

        return all.MoveToImmutable();

        void Put(string caller, Queue<Entry>.Enumerator rest, double startMs)
        {
            if (rest.MoveNext())
            {
                heads.Enqueue((caller, rest), (startMs, rest.Current.Number));
            }
        }
    }

    /// <summary>Takes out all that wait.</summary>
    public void Clear()
    {
        foreach (var line in _lines.Values)
        {
            line.Waiting.Clear();
            line.Left(line.WaitingMs);
        }

        Count = 0;
    }

    /// <summary>Nothing waits and nothing runs: what was done before counts no more.</summary>
    public void Rest()
    {
        Clear();
        _lines.Clear();
        _now = 0;
    }

    private Line First()
    {
        Line? first = null;
        foreach (var line in _lines.Values)
        {
            if (line.Waiting.Count > 0 && (first is null || line.IsBefore(first, _now)))
            {
                first = line;
            }
        }

        return first ?? throw new InvalidOperationException("Nothing waits.");
    }

    private readonly record struct Entry(T Item, double WorkMs, long Number);

    private sealed class Line
    {
        public Queue<Entry> Waiting { get; set; } = new();

        /// <summary>Milliseconds of what waits.</summary>
        public double WaitingMs { get; set; }

        /// <summary>Where what has had its turn ends.</summary>
        public double TakenMs { get; set; }

        public double StartMs(double now) => Math.Max(now, TakenMs);

        public double EndMs(double now) => StartMs(now) + WaitingMs;

        // No rest of rounding stays when nothing waits.
        public void Left(double workMs) => WaitingMs = Waiting.Count == 0 ? 0 : WaitingMs - workMs;

        public bool IsBefore(Line other, double now)
        {
            var order = StartMs(now).CompareTo(other.StartMs(now));
            return order < 0 || (order == 0 && Waiting.Peek().Number < other.Waiting.Peek().Number);
        }
    }
}
