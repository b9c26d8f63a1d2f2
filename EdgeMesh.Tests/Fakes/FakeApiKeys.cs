using EdgeMesh.Dashboard.Access;

namespace EdgeMesh.Tests.Fakes;

/// <summary>API keys in memory, for component tests.</summary>
public sealed class FakeApiKeys : IApiKeys
{
    private readonly Dictionary<Guid, (ApiKeyInfo Info, string Secret, CancellationTokenSource Revoked)> keys = [];

    public FakeApiKeys() => Admin = Add("admin", isAdmin: true).Key;

    public ApiKeyInfo Admin { get; }

    public Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ApiKeyInfo>>([.. keys.Values.Select(k => k.Info)]);

    public Task<NewApiKey> CreateAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Add(name, isAdmin: false));

    public async Task<Problem?> DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!keys.TryGetValue(id, out var key))
        {
            return new Problem("key_unknown", "There is no such key.", $"No API key has the id {id}.", "Look at Settings for the keys there are.");
        }

        if (keys.Count == 1)
        {
            return new Problem("key_last", "The last key cannot be deleted.", "Without a key nobody could log in.", "Make another key first.");
        }

        keys.Remove(id);
        await key.Revoked.CancelAsync();
        return null;
    }

    public ApiKeyInfo? Verify(string secret) => keys.Values.Where(k => k.Secret == secret).Select(k => k.Info).FirstOrDefault();

    public CancellationToken Revoked(Guid id) => keys.TryGetValue(id, out var key) ? key.Revoked.Token : new CancellationToken(canceled: true);

    private NewApiKey Add(string name, bool isAdmin)
    {
        var secret = $"em_sample{keys.Count}";
        var info = new ApiKeyInfo(Guid.NewGuid(), name, secret[..6], Samples.Now, null, isAdmin);
        keys[info.Id] = (info, secret, new CancellationTokenSource());
        return new NewApiKey(info, secret);
    }
}
