namespace EdgeMesh.QaiHub.Http;

/// <summary>Ends a request that gets no further: not after a time in all, but after a time without any byte.</summary>
internal sealed class StallTimer : IDisposable
{
    private readonly CancellationTokenSource _stall;
    private readonly CancellationTokenSource _either;

    public StallTimer(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _stall = new CancellationTokenSource(limit, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stall.Token);
        Limit = limit;
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether the silence ended it, rather than whoever asked.</summary>
    public bool Stalled => _stall.IsCancellationRequested;

    public TimeSpan Limit { get; private set; }

    /// <summary>Something moved: this long from now on.</summary>
    public void Moved(TimeSpan limit)
    {
        Limit = limit;
        _stall.CancelAfter(limit);
    }

    public void Dispose()
    {
        _either.Dispose();
        _stall.Dispose();
    }
}
