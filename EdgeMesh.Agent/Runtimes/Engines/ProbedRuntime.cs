using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An engine in another process: asked again and again what it is, shown as down with its cause, and found again by itself.</summary>
public abstract class ProbedRuntime : IRuntime, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private volatile RuntimeInfo _info;

    /// <param name="initial">What is shown before the first answer.</param>
    protected ProbedRuntime(Uri address, RuntimeInfo initial, string? key, TimeProvider time)
    {
        Address = address;
        Time = time;
        _info = initial;
        Http = EngineHttp.Create(address, key);
    }

    /// <summary>The engine's base address, with a trailing slash.</summary>
    public Uri Address { get; }

    public RuntimeInfo Info => _info;

    protected TimeProvider Time { get; }

    protected HttpClient Http { get; }

    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            var now = await ProbeSafelyAsync(cancellationToken);
            if (!IsSame(now, _info))
            {
                _info = now;
                changed();
            }

            var ready = now.State == RuntimeState.Ready;
            await Task.Delay(ready ? Fresh : retry, Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = ready ? FirstRetry : TimeSpan.FromSeconds(Math.Min(SlowestRetry.TotalSeconds, retry.TotalSeconds * 1.6));
        }
    }

    public abstract Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Its models now. Any exception of HTTP or JSON means that it is down, with the cause read off it.</summary>
    protected abstract Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Http.Dispose();
        }
    }

    /// <summary>Runs a piece of work, every failure of the engine explained in words.</summary>
    protected async Task<T> ExplainedAsync<T>(string model, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is not TaskFailedException && (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            throw EngineErrors.Explain(e, _info.Name, Address, model);
        }
    }

    private static bool IsSame(RuntimeInfo a, RuntimeInfo b) => a with { Models = [] } == b with { Models = [] } && a.Models.SequenceEqual(b.Models, SameModel.Instance);

    private async Task<RuntimeInfo> ProbeSafelyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            var models = await ListAsync(limit.Token);
            return models.IsEmpty
                ? _info with { State = RuntimeState.Down, Reason = $"{_info.Name} answers at {Address} but has no model. Get one there first.", Models = [] }
                : _info with { State = RuntimeState.Ready, Reason = null, Models = models };
        }
        catch (Exception e) when (EngineErrors.IsExpected(e))
        {
            return _info with { State = RuntimeState.Down, Reason = EngineErrors.WhyDown(e, _info.Name, Address), Models = [] };
        }
    }

    private sealed class SameModel : IEqualityComparer<ModelInfo>
    {
        public static SameModel Instance { get; } = new();

        public bool Equals(ModelInfo? x, ModelInfo? y) => x is not null && y is not null && x with { Skills = [] } == y with { Skills = [] } && x.Skills.SequenceEqual(y.Skills);

        public int GetHashCode(ModelInfo obj) => obj.Id.GetHashCode(StringComparison.Ordinal);
    }
}
