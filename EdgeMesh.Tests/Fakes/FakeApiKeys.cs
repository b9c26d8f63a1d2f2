using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Tests.Fakes;

/// <summary>API keys in memory, for component tests.</summary>
public sealed class FakeApiKeys : IApiKeys
{
    private readonly Dictionary<Guid, (ApiKeyInfo Info, string Secret, CancellationTokenSource Revoked)> keys = [];

    public FakeApiKeys() => Admin = Add("admin", isAdmin: true).Key;

    public ApiKeyInfo Admin { get; }

    public Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ApiKeyInfo>>([.. keys.Values.Select(k => k.Info)]);

    public Task<NewApiKey> CreateAsync(string name, Scopes scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken) => Task.FromResult(Add(name, isAdmin: false, scopes, expiresAt));

    public async Task<Problem?> DeleteAsync(Guid id, string? proof, CancellationToken cancellationToken)
    {
        if (!keys.TryGetValue(id, out var key))
        {
            return new Problem("key_unknown", "There is no such key.", $"No API key has the id {id}.", "Look at Settings for the keys there are.");
        }

        if (keys.Count == 1)
        {
            return new Problem("key_last", "The last key cannot be deleted.", "Without a key nobody could log in.", "Make another key first.");
        }

        if (key.Info.IsAdmin && proof != key.Secret && Actors.Current.KeyId != id)
        {
            return new Problem("key_proof_needed", "This key is deleted only with its own secret.", "It is the owner's key.", "Give the content of admin.key.");
        }

        keys.Remove(id);
        await key.Revoked.CancelAsync();
        return null;
    }

    public ApiKeyInfo? Verify(string secret)
    {
        if (keys.Values.FirstOrDefault(k => k.Secret == secret) is not { Secret: not null } found)
        {
            return null;
        }

        var used = found.Info with { LastUsedAt = Samples.Now };
        keys[used.Id] = found with { Info = used };
        return used;
    }

    public CancellationToken Revoked(Guid id) => keys.TryGetValue(id, out var key) ? key.Revoked.Token : new CancellationToken(canceled: true);

    private NewApiKey Add(string name, bool isAdmin, Scopes scopes = Scopes.Admin, DateTimeOffset? expiresAt = null)
    {
        var secret = $"em_sample{keys.Count}";
        var info = new ApiKeyInfo(Guid.NewGuid(), name, secret[..6], Samples.Now, null, isAdmin, scopes, expiresAt);
        keys[info.Id] = (info, secret, new CancellationTokenSource());
        return new NewApiKey(info, secret);
    }
}
