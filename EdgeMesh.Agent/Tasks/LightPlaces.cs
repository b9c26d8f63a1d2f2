namespace EdgeMesh.Agent.Tasks;

/// <summary>Places for tasks that are held in memory: so many at once, and so many bytes; one is always taken. Thread-safe.</summary>
public sealed class LightPlaces(int most, long mostBytes)
{
    private readonly Lock _gate = new();
    private int _count;
    private long _bytes;

    /// <summary>Takes a place for a request of so many bytes; dispose it when the answer was sent. Null when there is none.</summary>
    public IDisposable? TryTake(long bytes)
    {
        lock (_gate)
        {
            if (_count >= most || (_count > 0 && _bytes + bytes > mostBytes))
            {
                return null;
            }

            _count++;
            _bytes += bytes;
            return new Place(this, bytes);
        }
    }

    private sealed class Place(LightPlaces places, long bytes) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            lock (places._gate)
            {
                if (!_left)
                {
                    _left = true;
                    places._count--;
                    places._bytes -= bytes;
                }
            }
        }
    }
}
