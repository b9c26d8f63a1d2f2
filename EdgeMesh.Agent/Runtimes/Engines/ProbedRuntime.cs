using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An engine in another process: asked again and again what it is, shown as down with its cause, and found again by itself.</summary>
public abstract class ProbedRuntime : IRuntime, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowestRetry = TimeSpan.FromSeconds(30);
    // After an attempt other models may be in memory; many short ones are no reason to ask all the time.
    private static readonly TimeSpan LeastBetween = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);
    private volatile RuntimeInfo _info;
    private long _probed;
    private volatile TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="initial">What is shown before the first answer.</param>
    protected ProbedRuntime(Uri address, RuntimeInfo initial, string? key, TimeProvider time)
    {
        Address = address;
        Time = time;
        _info = initial;
        Pulse = new EnginePulse(time);
        Http = EngineHttp.Create(address, key, Pulse);
    }

    /// <summary>The engine's base address, with a trailing slash.</summary>
    public Uri Address { get; }

    public RuntimeInfo Info => _info;

    /// <summary>Whose engine it must be; null: a person named its address.</summary>
    internal EngineGate? Gate { get; set; }

    protected TimeProvider Time { get; }

    protected HttpClient Http { get; }

    /// <summary>Gives up on the engine when it hangs; <see cref="Http"/> uses it, other connections should too.</summary>
    protected EnginePulse Pulse { get; }

    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            var again = _again.Task;
            Volatile.Write(ref _probed, Time.GetTimestamp());
            var now = await ProbeSafelyAsync(cancellationToken);
            if (!IsSame(now, _info))
            {
                _info = now;
                changed();
            }

            var ready = now.State == RuntimeState.Ready;
            await Task.WhenAny(Task.Delay(ready ? Fresh : retry, Time, cancellationToken), again);
            retry = ready ? FirstRetry : TimeSpan.FromSeconds(Math.Min(SlowestRetry.TotalSeconds, retry.TotalSeconds * 1.6));
        }
    }

    /// <summary>Attempts that it works on at once, as the last list told; null when it does not say.</summary>
    protected virtual int? Slots => null;

    /// <summary>Looks at once instead of after a while.</summary>
    internal void LookAgain() => Interlocked.Exchange(ref _again, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public abstract Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Its models now. Any exception means that it is down, with the cause read off it; names and figures that cannot be are taken out by the caller.</summary>
    protected abstract Task<ImmutableArray<ModelInfo>> ListAsync(CancellationToken cancellationToken);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Http.Dispose();
        }
    }

    /// <summary>
    /// Runs a piece of work, every failure of the engine explained in words. While the engine is busy or loads its model the work is tried again
    /// (<see cref="EnginePatience"/>): it must not have written anything when it meets an error status.
    /// </summary>
    /// <param name="output">Where waiting is told; null where nobody looks.</param>
    protected async Task<T> ExplainedAsync<T>(string model, Func<Task<T>> work, CancellationToken cancellationToken, ITaskOutput? output = null)
    {
        if (LookAtOwner().Refusal is { } refusal)
        {
            throw new TaskFailedException(ReasonCode.Refused, refusal);
        }

        try
        {
            return await PatientlyAsync(model, work, output, cancellationToken);
        }
        finally
        {
            if (Time.GetElapsedTime(Volatile.Read(ref _probed)) > LeastBetween)
            {
                LookAgain();
            }
        }
    }

    private static bool IsSame(RuntimeInfo a, RuntimeInfo b) => a with { Models = [] } == b with { Models = [] } && a.Models.SequenceEqual(b.Models, SameModel.Instance);

    private async Task<T> PatientlyAsync<T>(string model, Func<Task<T>> work, ITaskOutput? output, CancellationToken cancellationToken)
    {
        var waited = TimeSpan.Zero;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await work();
            }
            catch (EngineStatusException e) when (EnginePatience.Next(e, tries, waited) is { } wait)
            {
                output?.Progress(0, $"{_info.Name} is {(e.Message.Contains("load", StringComparison.OrdinalIgnoreCase) ? "loading its model" : "busy")}; it is asked again in {Math.Max(1, wait.TotalSeconds):0} s");
                await Task.Delay(wait, Time, cancellationToken);
                waited += wait;
            }
            catch (Exception e) when (e is not TaskFailedException && (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
            {
                throw EngineErrors.Explain(e, _info.Name, Address, model);
            }
        }
    }

    // The edge of an adapter: whatever an engine's answer makes it throw is a failure of that engine, and the next probe comes all the same. The models of one
    // that is down stay listed, so that a job that names one of them hears which engine to start.
    private async Task<RuntimeInfo> ProbeSafelyAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ProbeTimeout, Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var (owner, refusal) = LookAtOwner();
        if (refusal is not null)
        {
            return _info with { State = RuntimeState.Down, Reason = refusal, Models = [], Owner = owner };
        }

        try
        {
            var listed = await ListAsync(limit.Token);
            var models = listed.IsDefault ? [] : EngineModels.Usable(listed);
            return models.IsEmpty
                ? _info with { State = RuntimeState.Down, Reason = $"{_info.Name} answers at {Address} but has no model. Get one there first.", Models = [], Owner = owner }
                : _info with { State = RuntimeState.Ready, Reason = null, Models = models, Owner = owner, Slots = Slots };
        }
        catch (Exception e)
        {
            if (EngineErrors.IsSilence(e))
            {
                Pulse.Missed();
            }

            return _info with { State = RuntimeState.Down, Reason = EngineErrors.WhyDown(e, _info.Name, Address) };
        }
    }

    private (EngineOwner? Owner, string? Refusal) LookAtOwner() => Gate?.Look(_info.Id, _info.Name, Address.Port) ?? (null, null);

    private sealed class SameModel : IEqualityComparer<ModelInfo>
    {
        public static SameModel Instance { get; } = new();

        public bool Equals(ModelInfo? x, ModelInfo? y) => x is not null && y is not null && x with { Skills = [] } == y with { Skills = [] } && x.Skills.SequenceEqual(y.Skills);

        public int GetHashCode(ModelInfo obj) => obj.Id.GetHashCode(StringComparison.Ordinal);
    }
}
