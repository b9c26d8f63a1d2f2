using System.Collections.Immutable;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Live;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Devices that ask to join, in memory.</summary>
public sealed class FakeJoinRequests : IJoinRequests
{
    private readonly LiveSource<ImmutableArray<JoinRequest>> live = new([]);

    public ImmutableArray<JoinRequest> Current => live.Current;

    /// <summary>Who was let in.</summary>
    public IList<DeviceId> Approved { get; } = [];

    /// <summary>Who was sent away.</summary>
    public IList<DeviceId> Refused { get; } = [];

    public void Add(JoinRequest request) => live.Publish(Current.Add(request));

    public ILiveSubscription<ImmutableArray<JoinRequest>> Subscribe() => live.Subscribe();

    public Task<Problem?> ApproveAsync(DeviceId id, CancellationToken cancellationToken) => Task.FromResult(Take(id, Approved));

    public Task<Problem?> RefuseAsync(DeviceId id) => Task.FromResult(Take(id, Refused));

    private Problem? Take(DeviceId id, IList<DeviceId> into)
    {
        if (Current.FirstOrDefault(r => r.Id == id) is not { } request)
        {
            return new Problem("join_request_unknown", "Gone.", "It does not ask any more.", "Start it again.");
        }

        live.Publish(Current.Remove(request));
        into.Add(id);
        return null;
    }
}

/// <summary>A port that opens when told.</summary>
public sealed class FakeLanAccess : ILanAccess
{
    public LanState Current { get; set; } = new(false, 8443, [], KeyPin.Of([1]), KeyPin.Of([2]), false);

    /// <summary>When set, the switch is refused with it.</summary>
    public Problem? Refusal { get; set; }

    public ImmutableArray<Uri> DialAddresses => [.. Current.Addresses, new Uri("http://localhost:8080")];

    public Task<Problem?> SetAsync(bool enabled, CancellationToken cancellationToken)
    {
        if (Refusal is null)
        {
            Current = Current with { Enabled = enabled, Addresses = enabled ? [new Uri("https://192.168.1.20:8443")] : [] };
        }

        return Task.FromResult(Refusal);
    }
}

/// <summary>Counts replacements.</summary>
public sealed class FakeRotation : IAuthorityRotation
{
    public int Count { get; private set; }

    public Task<KeyPin> RotateAsync(CancellationToken cancellationToken)
    {
        Count++;
        return Task.FromResult(KeyPin.Of([3]));
    }
}

/// <summary>Login links that nobody can use.</summary>
public sealed class FakeLoginLinks(TimeProvider time) : ILoginLinks
{
    public LoginLink Create(Guid keyId) => new("linktoken", time.GetUtcNow().AddMinutes(5));
}
