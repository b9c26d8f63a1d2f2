using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Dashboard.Access;

/// <summary>API keys; a login is a session of a key. Secrets are stored as hashes only. Thread-safe.</summary>
public interface IApiKeys
{
    Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key; its secret is told this once.</summary>
    /// <param name="expiresAt">When it ends by itself; null for never.</param>
    /// <exception cref="UnauthorizedAccessException">The one who acts may not.</exception>
    Task<NewApiKey> CreateAsync(string name, Scopes scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a key and ends its sessions, circuits and streams within a second. Null when done, else why not: the last key with the scope <c>admin</c> cannot be
    /// deleted, and the key of <c>admin.key</c> only by itself or with its secret.
    /// </summary>
    /// <param name="proof">The secret of the key that goes; needed for the key of <c>admin.key</c> when another one deletes it.</param>
    Task<Problem?> DeleteAsync(Guid id, string? proof, CancellationToken cancellationToken);

    /// <summary>The key with this secret, or null; compares in constant time.</summary>
    ApiKeyInfo? Verify(string secret);

    /// <summary>Cancelled when the key is deleted; already cancelled when it does not exist.</summary>
    CancellationToken Revoked(Guid id);
}

/// <param name="Prefix">First characters of the secret, to recognise it by.</param>
/// <param name="IsAdmin">The first key, whose secret is in <c>admin.key</c>.</param>
/// <param name="May">What it may do.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
public sealed record ApiKeyInfo(Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsAdmin, Scopes May, DateTimeOffset? ExpiresAt)
{
    /// <summary>Who acts when somebody uses it.</summary>
    /// <param name="from">The address, as <see cref="Actor.Shown"/> has it.</param>
    public Actor ActingFrom(string from, Guid? session = null) => new(Name, Id, from, May, session);
}

public sealed record NewApiKey(ApiKeyInfo Key, string Secret);
