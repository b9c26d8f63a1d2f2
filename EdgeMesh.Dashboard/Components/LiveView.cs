using EdgeMesh.Core.Live;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Components;

/// <summary>
/// A page over one live source: one reader loop, at most ten renders a second, and no subscriber left after it is disposed. A value that is
/// not urgent waits for the tick, so that figures which move with every beat do not make a page send all the time.
/// </summary>
public abstract class LiveView<T> : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan TenASecond = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EverySecond = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _gone = new();
    private ILiveSubscription<T>? _subscription;
    private Task _reading = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;
    private bool _waits;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The newest value; default until loaded.</summary>
    protected T? Value { get; private set; }

    /// <summary>Whether the source answered.</summary>
    protected bool IsLoaded { get; private set; }

    protected DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Least time between two batches.</summary>
    protected virtual TimeSpan Pace => TenASecond;

    /// <summary>Whether a newer value has to be seen at once, not with the next tick.</summary>
    protected virtual bool IsUrgent(T? shown, T newer) => true;

    /// <summary>How often ages and what was not urgent are rendered.</summary>
    protected virtual TimeSpan Tick => EverySecond;

    /// <summary>Whether ticks render at all; false where neither an age nor a figure is shown.</summary>
    protected virtual bool MovesWithTime => true;

    /// <summary>Opens the source; null when there is nothing of this name.</summary>
    protected abstract Task<ILiveSubscription<T>?> SubscribeAsync(CancellationToken cancellationToken);

    /// <summary>A newer value came.</summary>
    protected virtual Task ChangedAsync() => Task.CompletedTask;

    protected override async Task OnInitializedAsync()
    {
        await OpenAsync();
        if (!_gone.IsCancellationRequested)
        {
            _ticking = TickAsync(_gone.Token);
        }
    }

    /// <summary>Leaves the old source for the one that is right now.</summary>
    protected async Task OpenAsync()
    {
        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
            await _reading;
        }

        var subscription = await SubscribeAsync(_gone.Token);
        if (_gone.IsCancellationRequested)
        {
            // The page was left while the source was still answering.
            await (subscription?.DisposeAsync() ?? default);
            return;
        }

        _subscription = subscription;
        Value = subscription is null ? default : subscription.Snapshot;
        IsLoaded = true;
        _reading = subscription is null ? Task.CompletedTask : ReadAsync(subscription, _gone.Token);
        await ChangedAsync();
    }

    /// <summary>Returns when its loops have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
        }

        await Task.WhenAll(_reading, _ticking);
        GC.SuppressFinalize(this);
    }

    private async Task ReadAsync(ILiveSubscription<T> subscription, CancellationToken gone)
    {
        try
        {
            await foreach (var value in subscription.Changes(gone))
            {
                var urgent = false;
                await InvokeAsync(async () =>
                {
                    urgent = IsUrgent(Value, value);
                    Value = value;
                    _waits = !urgent;
                    if (urgent)
                    {
                        await ShowAsync();
                    }
                });
                if (urgent)
                {
                    await Task.Delay(Pace, Time, gone);
                }
            }
        }
        catch (Exception) when (gone.IsCancellationRequested)
        {
            // The page is gone.
        }
        catch (Exception e)
        {
            // A page that shows old figures as new ones would lie: its error boundary says that it broke.
            await DispatchExceptionAsync(e);
        }
    }

    private async Task ShowAsync()
    {
        _waits = false;
        await ChangedAsync();
        StateHasChanged();
    }

    private Task TickAsync()
    {
        if (MovesWithTime && _waits)
        {
            return ShowAsync();
        }

        if (MovesWithTime)
        {
            StateHasChanged();
        }

        return Task.CompletedTask;
    }

    // Ages and the now-line move, and what was not urgent is seen.
    private async Task TickAsync(CancellationToken gone)
    {
        try
        {
            using var timer = new PeriodicTimer(Tick, Time);
            while (await timer.WaitForNextTickAsync(gone))
            {
                await InvokeAsync(TickAsync);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone.
        }
    }
}
