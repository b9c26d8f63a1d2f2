using System.Security.Cryptography;
using System.Text.Json;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// The link that <c>EdgeMesh.Dashboard login-link</c> makes: the command, which can write the data directory, leaves the hash of a token there; the running
/// dashboard takes the token once, within an hour.
/// </summary>
internal sealed class LoginLinkFile(string dataDirectory, TimeProvider time)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);
    private readonly string _path = Path.Combine(dataDirectory, "login-link.json");

    /// <summary>Makes a token; an older one that was not used is worthless from now on.</summary>
    public string Make()
    {
        var token = Base32.Encode(RandomNumberGenerator.GetBytes(32));
        OwnerOnlyFile.Write(_path, JsonSerializer.Serialize(new Kept(Convert.ToHexString(Secret.Hash(token)), time.GetUtcNow() + Lasts)));
        return token;
    }

    /// <summary>Whether the token is the one that was made, and still good; it is not any more after this.</summary>
    public bool Take(string token)
    {
        try
        {
            if (!File.Exists(_path) || JsonSerializer.Deserialize<Kept>(File.ReadAllText(_path)) is not { } kept || kept.Until <= time.GetUtcNow()
                || !CryptographicOperations.FixedTimeEquals(Convert.FromHexString(kept.Hash), Secret.Hash(token)))
            {
                return false;
            }

            File.Delete(_path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            // A file that cannot be read, or taken away, lets nobody in.
            return false;
        }
    }

    private sealed record Kept(string Hash, DateTimeOffset Until);
}
