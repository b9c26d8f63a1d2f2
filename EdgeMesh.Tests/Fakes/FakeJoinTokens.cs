using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Joining;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Join tokens in memory.</summary>
public sealed class FakeJoinTokens : IJoinTokens
{
    private readonly List<JoinTokenInfo> tokens = [];
    private readonly JoinTokenChanges changes = new();

    /// <summary>Who asked for tokens, oldest first.</summary>
    public IList<string> CreatedBy { get; } = [];

    /// <summary>When set, <see cref="CreateAsync"/> throws it.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What the commands name.</summary>
    public string Address { get; set; } = "http://localhost:8080";

    /// <summary>A device joins with the newest token.</summary>
    public void Spend(DeviceId by)
    {
        tokens[0] = tokens[0] with { SpentBy = by };
        changes.Tell();
    }

    public ILiveSubscription<long> Subscribe() => changes.Subscribe();

    public Task<NewJoinToken> CreateAsync(string createdBy, CancellationToken cancellationToken)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        CreatedBy.Add(createdBy);
        var info = new JoinTokenInfo(Guid.NewGuid(), Samples.Now, Samples.Now.AddMinutes(15), createdBy, null, false);
        tokens.Insert(0, info);
        changes.Tell();
        var token = $"emj_sample{tokens.Count}";
        var url = Address;
        return Task.FromResult(new NewJoinToken(info.Id, token, info.ExpiresAt, new JoinCommands(
            $"./edgemesh-agent run --orchestrator {url} --token {token}",
            $"./edgemesh-agent run --orchestrator {url} --token {token}",
            $".\\edgemesh-agent.exe run --orchestrator {url} --token {token}",
            $"./edgemesh-agent run --orchestrator {url} --token {token}")));
    }

    public Task<ImmutableArray<JoinTokenInfo>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<JoinTokenInfo>>([.. tokens]);

    public Task<bool> RevokeAsync(Guid id, CancellationToken cancellationToken)
    {
        var at = tokens.FindIndex(t => t.Id == id && !t.Revoked && t.SpentBy is null);
        if (at >= 0)
        {
            tokens[at] = tokens[at] with { Revoked = true };
            changes.Tell();
        }

        return Task.FromResult(at >= 0);
    }
}
