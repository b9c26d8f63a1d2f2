namespace EdgeMesh.Agent.Enrolment;

/// <summary>"Renew your certificate": from the service that hears it to whoever holds the certificate. Thread-safe.</summary>
public sealed class RenewalSignal
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes when it is asked for next.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Ask() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
