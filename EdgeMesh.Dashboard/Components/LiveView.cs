using EdgeMesh.Core.Live;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Components;

/// <summary>A page over one live source: one reader loop, at most ten renders a second, and no subscriber left after it is disposed.</summary>
public abstract class LiveView<T> : ComponentBase, IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _gone = new();
    private ILiveSubscription<T>? _subscription;
    private Task _reading = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The newest value; default until loaded.</summary>
    protected T? Value { get; private set; }

    /// <summary>Whether the source answered.</summary>
    protected bool IsLoaded { get; private set; }

    protected DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Opens the source; null when there is nothing of this name.</summary>
    protected abstract Task<ILiveSubscription<T>?> SubscribeAsync(CancellationToken cancellationToken);

    /// <summary>A newer value came.</summary>
    protected virtual Task ChangedAsync() => Task.CompletedTask;

    protected override async Task OnInitializedAsync()
    {
        await OpenAsync();
        _ticking = TickAsync();
    }

    /// <summary>Leaves the old source for the one that is right now.</summary>
    protected async Task OpenAsync()
    {
        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
            await _reading;
        }

        _subscription = await SubscribeAsync(_gone.Token);
        Value = _subscription is null ? default : _subscription.Snapshot;
        IsLoaded = true;
        _reading = _subscription is null ? Task.CompletedTask : ReadAsync(_subscription);
        await ChangedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
        }

        await Task.WhenAll(_reading, _ticking);
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task ReadAsync(ILiveSubscription<T> subscription)
    {
        try
        {
            await foreach (var value in subscription.Changes(_gone.Token))
            {
                await InvokeAsync(async () =>
                {
                    Value = value;
                    await ChangedAsync();
                    StateHasChanged();
                });
                await Task.Delay(Pace, Time, _gone.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone.
        }
    }

    // Ages and the now-line move once a second.
    private async Task TickAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Tick, Time);
            while (await timer.WaitForNextTickAsync(_gone.Token))
            {
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone.
        }
    }
}
