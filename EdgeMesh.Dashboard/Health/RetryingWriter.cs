namespace EdgeMesh.Dashboard.Health;

/// <summary>
/// Stores what is only remembered, a little later and together: the newest value of each key. What could not be stored is kept, in order, until it can be; beyond
/// the bound the oldest go. Thread-safe.
/// </summary>
/// <param name="most">Values kept at most.</param>
/// <param name="gather">How long to wait for more before writing.</param>
/// <param name="write">Stores values, all or nothing.</param>
public sealed partial class RetryingWriter<TKey, TValue>(
    Steadiness steady, int most, TimeSpan gather, Func<IReadOnlyList<TValue>, CancellationToken, Task> write) : IDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _more = new(0, 1);
    private OrderedDictionary<TKey, TValue> _waiting = [];

    /// <summary>Values that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes a value; never waits and never fails.</summary>
    public void Put(TKey key, TValue value)
    {
        lock (_gate)
        {
            _waiting[key] = value;
            Trim();
            if (_more.CurrentCount == 0)
            {
                _more.Release();
            }
        }
    }

    /// <summary>Stores what waits now; while nothing can be stored it only stays.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        OrderedDictionary<TKey, TValue> taken = [];
        try
        {
            if (!steady.Storage.Current.CanStore)
            {
                return;
            }

            taken = Take();
            if (taken.Count > 0)
            {
                await write([.. taken.Values], cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException || steady.Storage.Failed(e))
        {
            Keep(taken);
        }
        catch (Exception) when (taken.Count > 1)
        {
            await WriteEachAsync(taken, cancellationToken);
        }
        catch (Exception e)
        {
            LogLost(steady.Logger, typeof(TValue).Name, e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes as values come, until it is cancelled, and then once more.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _more.WaitAsync(stoppingToken);
                await Task.Delay(gather, steady.Time, stoppingToken);
                await steady.Storage.WorksAsync(stoppingToken);
                await FlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await FlushAsync(CancellationToken.None);
            if (Count is > 0 and var left)
            {
                LogLeft(steady.Logger, left, typeof(TValue).Name);
            }
        }
    }

    public void Dispose()
    {
        _writing.Dispose();
        _more.Dispose();
    }

    // One value that can never be stored must not hold up the others.
    private async Task WriteEachAsync(OrderedDictionary<TKey, TValue> taken, CancellationToken cancellationToken)
    {
        while (taken.Count > 0)
        {
            try
            {
                await write([taken.GetAt(0).Value], cancellationToken);
            }
            catch (Exception e) when (e is OperationCanceledException || steady.Storage.Failed(e))
            {
                Keep(taken);
                return;
            }
            catch (Exception e)
            {
                LogLost(steady.Logger, typeof(TValue).Name, e);
            }

            taken.RemoveAt(0);
        }
    }

    private OrderedDictionary<TKey, TValue> Take()
    {
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    // Before what came meanwhile; a newer value of the same key has the old one's place.
    private void Keep(OrderedDictionary<TKey, TValue> taken)
    {
        lock (_gate)
        {
            foreach (var (key, value) in _waiting)
            {
                taken[key] = value;
            }

            _waiting = taken;
            Trim();
            if (_waiting.Count > 0 && _more.CurrentCount == 0)
            {
                _more.Release();
            }
        }
    }

    private void Trim()
    {
        while (_waiting.Count > most)
        {
            _waiting.RemoveAt(0);
            LogDropped(steady.Logger, typeof(TValue).Name, most);
        }
    }

    [LoggerMessage(2404, LogLevel.Error, "A {Kind} could not be stored.")]
    private static partial void LogLost(ILogger logger, string kind, Exception exception);

    [LoggerMessage(2406, LogLevel.Warning, "{Count} of {Kind} could not be stored before the dashboard stopped.")]
    private static partial void LogLeft(ILogger logger, int count, string kind);

    [LoggerMessage(2405, LogLevel.Warning, "More than {Most} of {Kind} wait to be stored; the oldest was dropped.")]
    private static partial void LogDropped(ILogger logger, string kind, int most);
}
