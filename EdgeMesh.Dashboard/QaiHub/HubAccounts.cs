using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Remembers which account a token belongs to, so that the jobs of two accounts on one host are kept apart, also while the service cannot be asked. A token itself is not
/// kept, only a part of its hash. Thread-safe.
/// </summary>
public sealed partial class HubAccounts(DashboardOptions dashboard, ILogger<HubAccounts> logger)
{
    private const int MaxAccounts = 64;
    private readonly string _path = Path.Combine(dashboard.DataDirectory, "qaihub", "accounts.json");
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, string>? _known;

    /// <summary>A name for a token that tells nothing of it.</summary>
    public static string IdOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"qaihub account\n{token}")))[..16];

    /// <summary>The e-mail address of a token's account; null when it was never heard.</summary>
    public string? Find(string id)
    {
        lock (_gate)
        {
            return (_known ??= Read()).GetValueOrDefault(id);
        }
    }

    public void Keep(string id, string mail)
    {
        lock (_gate)
        {
            var known = _known ??= Read();
            if (known.GetValueOrDefault(id) == mail)
            {
                return;
            }

            _known = (known.Count < MaxAccounts ? known : ImmutableDictionary<string, string>.Empty).SetItem(id, mail);
            Write(_known);
        }
    }

    private ImmutableDictionary<string, string> Read()
    {
        try
        {
            return File.Exists(_path) && JsonSerializer.Deserialize<ImmutableDictionary<string, string>>(File.ReadAllBytes(_path)) is { } read ? read : ImmutableDictionary<string, string>.Empty;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.Unusable(logger, _path, e.Message);
            return ImmutableDictionary<string, string>.Empty;
        }
    }

    private void Write(ImmutableDictionary<string, string> known)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var draft = _path + ".new";
            File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(known));
            File.Move(draft, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Unusable(logger, _path, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 543, Level = LogLevel.Warning, Message = "{Path} cannot be used; the service is asked for the account instead: {Cause}")]
        public static partial void Unusable(ILogger logger, string path, string cause);
    }
}
