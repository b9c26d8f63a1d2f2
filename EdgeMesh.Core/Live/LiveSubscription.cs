namespace EdgeMesh.Core.Live;

/// <summary>
/// A live source hands out a snapshot and a stream (style.md, habit 1). The stream conflates: a slow reader gets the newest
/// value, never a backlog. Disposing ends the stream and frees the subscriber's place.
/// </summary>
public interface ILiveSubscription<out T> : IAsyncDisposable
{
    /// <summary>The value when the subscription began.</summary>
    T Snapshot { get; }

    /// <summary>Newer values; completes when the source ends or the subscription is disposed. One reader.</summary>
    IAsyncEnumerable<T> Changes(CancellationToken cancellationToken);
}
