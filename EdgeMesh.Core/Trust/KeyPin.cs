using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Trust;

/// <summary>
/// What a public key is recognised by: the SHA-256 of its SubjectPublicKeyInfo (DER), 64 hexadecimal digits in lower case. A certificate that
/// is issued anew for the same key keeps its pin.
/// </summary>
[JsonConverter(typeof(StringIdJsonConverter<KeyPin>))]
public readonly record struct KeyPin(string Value) : IStringId<KeyPin>
{
    private const int Digits = 64;

    /// <summary>For people to compare: groups of four, as in <c>3f9a 02c1 …</c>, the first sixteen digits.</summary>
    public string Short => string.Join(' ', Value[..16].Chunk(4).Select(g => new string(g)));

    /// <summary>As curl wants it: <c>--pinnedpubkey sha256//BASE64</c>.</summary>
    public string Base64 => Convert.ToBase64String(ToBytes());

    public static KeyPin Of(ReadOnlySpan<byte> subjectPublicKeyInfo) => new(Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo)));

    /// <summary>Reads hexadecimal digits of either case; spaces and colons between them are allowed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KeyPin id)
    {
        var digits = text is { Length: <= 2 * Digits } ? string.Concat(text.Where(c => c is not (' ' or ':'))) : "";
        var ok = digits.Length == Digits && digits.All(char.IsAsciiHexDigit);
        id = ok ? new KeyPin(digits.ToLowerInvariant()) : default;
        return ok;
    }

    public byte[] ToBytes() => Convert.FromHexString(Value);

    public override string ToString() => Value ?? "";
}
