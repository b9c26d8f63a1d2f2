using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Secrets of API keys: <c>em_</c> and 256 random bits in base32, so that a leaked one is recognised. Only their SHA-256 is stored.</summary>
internal static class Secret
{
    private const string Start = "em_";
    private const int Length = 55;

    public static string New() => Start + Base32.Encode(RandomNumberGenerator.GetBytes(32));

    public static bool IsWellFormed(string text) =>
        text.Length == Length && text.StartsWith(Start, StringComparison.Ordinal) && Base32.IsValid(text.AsSpan(Start.Length));

    /// <summary>Of 256 random bits a plain hash is enough: there is nothing to guess.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>What a person recognises the key by.</summary>
    public static string Prefix(string secret) => secret[..(Start.Length + 5)];
}
