using System.Security.Cryptography;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Links that sign in another browser once: for a phone that scans a code. In memory, few, and not for long. Thread-safe.</summary>
public interface ILoginLinks
{
    /// <summary>A token for <c>/login?t=…</c>; the session it begins is one of this key, so deleting the key ends it.</summary>
    LoginLink Create(Guid keyId);
}

public sealed record LoginLink(string Token, DateTimeOffset ExpiresAt);

/// <inheritdoc cref="ILoginLinks"/>
internal sealed class LoginLinks(ApiKeys keys, IOptions<DashboardOptions> options, TimeProvider time) : ILoginLinks
{
    private const int Most = 16;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);
    private readonly LoginLinkFile _file = new(options.Value.DataDirectory, time);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Guid Key, DateTimeOffset Until)> _open = [];

    public LoginLink Create(Guid keyId)
    {
        var token = Base32.Encode(RandomNumberGenerator.GetBytes(20));
        var until = time.GetUtcNow() + Lasts;
        lock (_gate)
        {
            Clean();
            if (_open.Count >= Most)
            {
                _open.Remove(_open.MinBy(o => o.Value.Until).Key);
            }

            _open[Hash(token)] = (keyId, until);
        }

        return new LoginLink(token, until);
    }

    /// <summary>The key whose session begins; null when the token is unknown, used or too old.</summary>
    public ApiKeyInfo? Redeem(string token)
    {
        lock (_gate)
        {
            Clean();
            if (_open.Remove(Hash(token), out var link))
            {
                return keys.ById(link.Key);
            }
        }

        return _file.Take(token) ? keys.Admin : null;
    }

    private static string Hash(string token) => Convert.ToHexString(Secret.Hash(token));

    private void Clean()
    {
        var now = time.GetUtcNow();
        foreach (var old in _open.Where(o => o.Value.Until <= now).Select(o => o.Key).ToList())
        {
            _open.Remove(old);
        }
    }
}
