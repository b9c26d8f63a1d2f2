using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Primitives;

/// <summary>
/// A device's permanent identity: base32 of the SHA-256 of its public key (SubjectPublicKeyInfo, DER), 52 characters.
/// Never derived from a host name or an address.
/// </summary>
[GenerateSerializer, Immutable]
[JsonConverter(typeof(StringIdJsonConverter<DeviceId>))]
public readonly record struct DeviceId([property: Id(0)] string Value) : IStringId<DeviceId>
{
    /// <summary>Characters of an id: 256 bits at 5 bits each.</summary>
    public const int Length = 52;

    /// <summary>Eight characters for people, as in <c>k7qm-3fzd</c>.</summary>
    public string Short => $"{Value[..4]}-{Value[4..8]}";

    /// <summary>The id of the device that holds this key.</summary>
    public static DeviceId FromPublicKey(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        new(Base32.Encode(SHA256.HashData(subjectPublicKeyInfo)));

    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceId id)
    {
        var ok = text is { Length: Length } && Base32.IsValid(text);
        id = ok ? new DeviceId(text!) : default;
        return ok;
    }

    public override string ToString() => Value ?? "";

    /// <summary>Of the first characters only: they are random, and a decision looks up every device of the fleet.</summary>
    public override int GetHashCode() => string.GetHashCode(Value.AsSpan(0, Math.Min(8, Value?.Length ?? 0)));
}
