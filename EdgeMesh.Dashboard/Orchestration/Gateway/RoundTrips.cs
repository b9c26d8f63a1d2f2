using EdgeMesh.Core.Contracts;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>
/// Measures the round trip of a link every 10 s, beside everything else: a way that does not answer any more delays nothing, and its end is not the link's. Used by one reader.
/// </summary>
internal sealed class RoundTrips : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _stop;
    private readonly TimeProvider _time;
    private double _last;

    public RoundTrips(OpenLink link, TimeProvider time)
    {
        _time = time;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(link.Closed);
        _ = MeasureAsync(link, _stop.Token);
    }

    /// <summary>Milliseconds, when newly measured; else null.</summary>
    public double? Take() => Interlocked.Exchange(ref _last, 0) is > 0 and var ms ? ms : null;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task MeasureAsync(OpenLink link, CancellationToken cancellationToken)
    {
        // The very first call pays for cold code, not for the link.
        await TripAsync(link, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await TripAsync(link, cancellationToken) is { } ms)
            {
                Interlocked.Exchange(ref _last, ms);
            }

            await Task.Delay(Every, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The cheapest call there is: cancelling nothing.
    private async Task<double?> TripAsync(OpenLink link, CancellationToken cancellationToken)
    {
        try
        {
            var start = _time.GetTimestamp();
            await link.Client.CancelTaskAsync(new CancelRequest(), deadline: _time.GetUtcNow().UtcDateTime + Patience, cancellationToken: cancellationToken);
            return _time.GetElapsedTime(start).TotalMilliseconds;
        }
        catch (Exception e) when (BrokenLink.Is(e) || e is OperationCanceledException)
        {
            return null;
        }
    }
}
