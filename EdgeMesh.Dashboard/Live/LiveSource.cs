using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EdgeMesh.Core.Live;

namespace EdgeMesh.Dashboard.Live;

/// <summary>Hands out the newest value and newer ones, conflated: a slow reader gets the newest, never a backlog. Thread-safe.</summary>
public sealed class LiveSource<T>(T value)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Subscription> _subscriptions = [];
    private T _value = value;
    private bool _completed;

    public T Current
    {
        get
        {
            lock (_gate)
            {
                return _value;
            }
        }
    }

    public int SubscriberCount
    {
        get
        {
            lock (_gate)
            {
                return _subscriptions.Count;
            }
        }
    }

    public void Publish(T value)
    {
        lock (_gate)
        {
            _value = value;
            foreach (var subscription in _subscriptions)
            {
                subscription.Offer(value);
            }
        }
    }

    /// <summary>No value comes any more; readers end after the last one.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var subscription in _subscriptions)
            {
                subscription.Complete();
            }
        }
    }

    public ILiveSubscription<T> Subscribe()
    {
        lock (_gate)
        {
            var subscription = new Subscription(this, _value);
            _subscriptions.Add(subscription);
            if (_completed)
            {
                subscription.Complete();
            }

            return subscription;
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private sealed class Subscription(LiveSource<T> source, T snapshot) : ILiveSubscription<T>
    {
        private readonly Channel<T> _newest = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public T Snapshot => snapshot;

        public void Offer(T value) => _newest.Writer.TryWrite(value);

        public void Complete() => _newest.Writer.TryComplete();

        public async IAsyncEnumerable<T> Changes([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var value in _newest.Reader.ReadAllAsync(cancellationToken))
            {
                yield return value;
            }
        }

        public ValueTask DisposeAsync()
        {
            source.Remove(this);
            Complete();
            return default;
        }
    }
}
