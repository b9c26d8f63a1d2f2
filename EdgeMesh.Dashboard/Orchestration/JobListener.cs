using System.Threading.Channels;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Live events of one job for one reader. It keeps few: a reader that falls behind is told nothing more here and goes on from the journal, which has them all. Dispose it when nobody reads.
/// </summary>
/// <param name="left">It is not listened to any more.</param>
public sealed class JobListener(Action<JobListener> left) : IDisposable
{
    /// <summary>The most events that wait for the reader.</summary>
    public const int Most = 256;

    private readonly Channel<SequencedEvent> _events = Channel.CreateBounded<SequencedEvent>(new BoundedChannelOptions(Most) { SingleReader = true });
    private int _left;

    /// <summary>Events that wait for the reader.</summary>
    public int Waiting => _events.Reader.Count;

    /// <summary>In order; ends after the job's end, or earlier when the reader fell behind: the rest is in the journal.</summary>
    public IAsyncEnumerable<SequencedEvent> ReadAsync(CancellationToken cancellationToken) => _events.Reader.ReadAllAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            End();
            left(this);
        }
    }

    // Whoever tells does not wait. After the first that found no room nothing is taken, so that what the reader gets has no gap.
    internal void Tell(SequencedEvent change)
    {
        if (!_events.Writer.TryWrite(change))
        {
            End();
        }
    }

    internal void End() => _events.Writer.TryComplete();
}
