using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>Tells pages that a join token was made, used or revoked. Thread-safe.</summary>
public sealed class JoinTokenChanges
{
    private readonly LiveSource<long> _live = new(0);
    private long _version;

    public ILiveSubscription<long> Subscribe() => _live.Subscribe();

    public void Tell() => _live.Publish(Interlocked.Increment(ref _version));
}
