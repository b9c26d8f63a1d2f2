namespace EdgeMesh.Agent.Tasks;

/// <summary>What waits for one runtime and what it works on: so many attempts at once, the others in the order in which they came. Thread-safe.</summary>
/// <param name="slots">How many at once; asked again each time, as an engine may be started anew with other settings.</param>
/// <param name="mostWaiting">Attempts beyond that are not taken.</param>
internal sealed class Lane(Func<int> slots, int mostWaiting)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _waiting = new();
    private int _running;

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A place that has its turn at once or waits for it; dispose it when the work is over. Null when too many wait.</summary>
    public Place? TryEnter()
    {
        lock (_gate)
        {
            Place place = new(this);
            if (_running >= Slots && _waiting.Count >= mostWaiting)
            {
                return null;
            }

            _waiting.AddLast(place);
            GiveTurns();
            place.Position = place.Turn.IsCompleted ? 0 : _waiting.Count;
            return place;
        }
    }

    private int Slots => Math.Max(1, slots());

    private void GiveTurns()
    {
        while (_running < Slots && _waiting.First is { Value: var next })
        {
            _waiting.RemoveFirst();
            _running++;
            next.GiveTurn();
        }
    }

    private void Leave(Place place)
    {
        lock (_gate)
        {
            if (!_waiting.Remove(place))
            {
                _running--;
            }

            GiveTurns();
        }
    }

    /// <summary>An attempt's place.</summary>
    public sealed class Place(Lane lane) : IDisposable
    {
        private readonly TaskCompletionSource _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        /// <summary>How many waited with it when it came, itself included; 0: its turn was at once.</summary>
        public int Position { get; internal set; }

        /// <summary>Completes when it may run.</summary>
        public Task Turn => _turn.Task;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                lane.Leave(this);
            }
        }

        internal void GiveTurn() => _turn.TrySetResult();
    }
}
