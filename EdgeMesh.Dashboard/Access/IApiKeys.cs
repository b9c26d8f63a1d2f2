namespace EdgeMesh.Dashboard.Access;

/// <summary>API keys; a login is a session of a key. Secrets are stored as hashes only. Thread-safe.</summary>
public interface IApiKeys
{
    Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key; its secret is told this once.</summary>
    Task<NewApiKey> CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a key and ends its sessions, circuits and streams within a second. The last key cannot be deleted. Null when done, else why not.</summary>
    Task<Problem?> DeleteAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The key with this secret, or null; compares in constant time.</summary>
    ApiKeyInfo? Verify(string secret);

    /// <summary>Cancelled when the key is deleted; already cancelled when it does not exist.</summary>
    CancellationToken Revoked(Guid id);
}

/// <param name="Prefix">First characters of the secret, to recognise it by.</param>
/// <param name="IsAdmin">The first key, whose secret is in <c>admin.key</c>.</param>
public sealed record ApiKeyInfo(Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsAdmin);

public sealed record NewApiKey(ApiKeyInfo Key, string Secret);
