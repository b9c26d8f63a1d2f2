using Polly;
using Polly.Retry;

namespace EdgeMesh.QaiHub.Http;

/// <summary>What is tried again, and when.</summary>
internal sealed class HubRetries
{
    private readonly HubTimings _timings;
    private readonly TimeProvider _time;

    public HubRetries(HubTimings timings, TimeProvider time)
    {
        (_timings, _time) = (timings, time);
        Repeatable = Quick(e => e.Passing);
        Creation = Quick(e => e.Passing && (e.Status is not null || !e.Sent));
        JobCreation = Quick(e => e.Passing && e.Kind != HubFailure.RateLimited && (e.Status is not null || !e.Sent));
    }

    /// <summary>What does no harm twice: everything that may pass.</summary>
    public ResiliencePipeline Repeatable { get; }

    /// <summary>What makes something: not when it went out and nothing came back, for then it may exist.</summary>
    public ResiliencePipeline Creation { get; }

    /// <summary>As <see cref="Creation"/>; too many jobs is for <see cref="JobLadder"/>.</summary>
    public ResiliencePipeline JobCreation { get; }

    /// <summary>Waits while there are too many jobs; begins anew with each use.</summary>
    /// <param name="waiting">Told before each wait, with the service's words and how long it will be; may be null.</param>
    public ResiliencePipeline JobLadder(Action<string, TimeSpan>? waiting = null)
    {
        var began = _time.GetTimestamp();
        return new ResiliencePipelineBuilder { TimeProvider = _time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is QaiHubException { Kind: HubFailure.RateLimited }
                    && _time.GetElapsedTime(began) + Wait(args.AttemptNumber) <= _timings.MostJobWait),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(Wait(args.AttemptNumber)),
                OnRetry = args =>
                {
                    waiting?.Invoke((args.Outcome.Exception as QaiHubException)?.Cause ?? "", args.RetryDelay);
                    return ValueTask.CompletedTask;
                },
                MaxRetryAttempts = int.MaxValue,
            })
            .Build();
    }

    private TimeSpan Wait(int attempt)
    {
        var wait = _timings.FirstJobWait * Math.Pow(2, Math.Min(attempt, 10));
        return wait < _timings.LongestJobWait ? wait : _timings.LongestJobWait;
    }

    private ResiliencePipeline Quick(Func<QaiHubException, bool> passes) =>
        _timings.Tries == 1
            ? ResiliencePipeline.Empty
            : new ResiliencePipelineBuilder { TimeProvider = _time }
                .AddRetry(new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<QaiHubException>(passes),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = _timings.FirstRetry,
                    MaxDelay = _timings.LongestRetry,
                    MaxRetryAttempts = _timings.Tries - 1,
                })
                .Build();
}
