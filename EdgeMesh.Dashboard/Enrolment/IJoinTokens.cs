using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Joining;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>Single-use tokens by which a new device joins. Thread-safe.</summary>
public interface IJoinTokens
{
    /// <summary>Makes a token; its secret is told this once and stored as a hash only.</summary>
    Task<NewJoinToken> CreateAsync(string createdBy, CancellationToken cancellationToken);

    /// <summary>Tokens that were made, newest first, at most 50; secrets are not known any more.</summary>
    Task<ImmutableArray<JoinTokenInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A number that grows whenever a token was made, used or revoked.</summary>
    ILiveSubscription<long> Subscribe();

    /// <summary>Makes an unspent token worthless.</summary>
    Task<bool> RevokeAsync(Guid id, CancellationToken cancellationToken);
}

/// <param name="Token">The whole join ticket: the secret, the mesh's CA fingerprint and where to dial.</param>
/// <param name="Commands">Ready-made join commands; each contains the token and this dashboard's address.</param>
public sealed record NewJoinToken(Guid Id, string Token, DateTimeOffset ExpiresAt, JoinCommands Commands);

/// <param name="SpentBy">The device that joined with it; null when unspent.</param>
public sealed record JoinTokenInfo(Guid Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string CreatedBy, DeviceId? SpentBy, bool Revoked);
