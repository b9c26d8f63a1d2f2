using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Emulator.Http;

namespace EdgeMesh.QaiHub.Emulator.Objects;

/// <summary>URLs that are allowed for a while by a signature in them, for one method and one object.</summary>
internal sealed class PresignedUrls(string secret, TimeSpan life, TimeProvider time)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>Set once the port is known.</summary>
    public Uri Base { get; set; } = new("http://127.0.0.1/");

    public string For(string method, string key)
    {
        var (expires, signature) = Sign(method, key);
        return $"{new Uri(Base, $"objects/{key}")}?Expires={expires}&Signature={signature}";
    }

    /// <summary>For a form that carries the proof in its fields.</summary>
    public (string Expires, string Signature) Sign(string method, string key)
    {
        string expires = (time.GetUtcNow() + life).ToUnixTimeSeconds().ToString();
        return (expires, Signature(method, key, expires));
    }

    /// <summary>Throws for a signature that is wrong, then for one that is too old.</summary>
    public void Require(string method, string key, string expires, string signature)
    {
        byte[] right = Encoding.ASCII.GetBytes(Signature(method, key, expires));
        if (!CryptographicOperations.FixedTimeEquals(right, Encoding.UTF8.GetBytes(signature)))
        {
            throw StorageRefusal.BadSignature();
        }

        if (time.GetUtcNow().ToUnixTimeSeconds() > long.Parse(expires))
        {
            throw StorageRefusal.Expired();
        }
    }

    private string Signature(string method, string key, string expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{method}\n{key}\n{expires}")));
}
