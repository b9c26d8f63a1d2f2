using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EdgeMesh.Core.Live;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A live source driven by the test: every subscriber has its own conflating channel, as in the product.</summary>
public sealed class FakeLive<T>(T initial)
{
    private readonly ConcurrentDictionary<Subscription, byte> subscriptions = new();
    private T current = initial;
    private bool completed;

    public T Current => current;

    public int SubscriberCount => subscriptions.Count;

    public ILiveSubscription<T> Subscribe()
    {
        var subscription = new Subscription(this, current);
        subscriptions.TryAdd(subscription, 0);
        if (completed)
        {
            subscription.Complete();
        }

        return subscription;
    }

    public void Publish(T value)
    {
        current = value;
        foreach (var subscription in subscriptions.Keys)
        {
            subscription.Offer(value);
        }
    }

    /// <summary>Ends every stream, as a source does whose thing has ended.</summary>
    public void Complete()
    {
        completed = true;
        foreach (var subscription in subscriptions.Keys)
        {
            subscription.Complete();
        }
    }

    private sealed class Subscription(FakeLive<T> owner, T snapshot) : ILiveSubscription<T>
    {
        private readonly Channel<T> channel = Channel.CreateBounded<T>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

        public T Snapshot => snapshot;

        public void Offer(T value) => channel.Writer.TryWrite(value);

        public void Complete() => channel.Writer.TryComplete();

        public async IAsyncEnumerable<T> Changes([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var value in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return value;
            }
        }

        public ValueTask DisposeAsync()
        {
            owner.subscriptions.TryRemove(this, out _);
            Complete();
            return ValueTask.CompletedTask;
        }
    }
}
