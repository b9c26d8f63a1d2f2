using System.Security.Cryptography;
using System.Text.Json;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.QaiHub.Config;
using Microsoft.AspNetCore.DataProtection;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Host and token as a person entered them, in a file of the data directory; the token only in protected form. A token belongs to the host it was entered for. Thread-safe.</summary>
public sealed class HubSettingsStore(DashboardOptions dashboard, IDataProtectionProvider protection)
{
    private readonly Lock _gate = new();
    private readonly string _path = Path.Combine(dashboard.DataDirectory, "qaihub", "settings.json");
    private readonly IDataProtector _protector = protection.CreateProtector("EdgeMesh.QaiHub.Token");

    /// <summary>What is stored; the problem when there is a token that cannot be read any more.</summary>
    public (string? Host, string? Token, Problem? Problem) Read()
    {
        lock (_gate)
        {
            if (Stored() is not { } stored)
            {
                return (null, null, null);
            }

            try
            {
                return (stored.Host, stored.Token is null ? null : _protector.Unprotect(stored.Token), null);
            }
            catch (Exception e) when (e is CryptographicException or FormatException)
            {
                return (stored.Host, null, HubProblems.TokenUnreadable());
            }
        }
    }

    /// <summary>Changes what the wish names; whole or not at all. A new host without its token is refused: the one that is stored, or found elsewhere, belongs to another.</summary>
    public Problem? Save(HubSettingsWish wish)
    {
        lock (_gate)
        {
            var before = Stored() ?? new Entry(null, null);
            var after = new Entry(
                wish.Host is null ? before.Host : wish.Host.Length == 0 ? null : wish.Host,
                wish.Token is null ? before.Token : wish.Token.Length == 0 ? null : _protector.Protect(wish.Token));
            if (string.IsNullOrEmpty(wish.Token) && (after.Token ?? after.Host) is not null && !IsSame(before.Host, after.Host))
            {
                return HubProblems.TokenNeeded(Address(after.Host).AbsoluteUri);
            }

            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                var draft = _path + ".new";
                File.WriteAllText(draft, JsonSerializer.Serialize(after));
                File.Move(draft, _path, overwrite: true);
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return HubProblems.NotKept(e.Message);
            }
        }
    }

    /// <summary>Whether two addresses are one service: the default where none is named.</summary>
    public static bool IsSame(string? one, string? other) => Address(one).AbsoluteUri.TrimEnd('/') == Address(other).AbsoluteUri.TrimEnd('/');

    private static Uri Address(string? host) => host is null ? QaiHubConfig.DefaultUrl : new Uri(host);

    // A file that someone broke by hand counts as none; the next change replaces it.
    private Entry? Stored()
    {
        try
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize<Entry>(File.ReadAllText(_path)) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Entry(string? Host, string? Token);
}
