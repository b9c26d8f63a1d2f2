using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Core.Trust;

/// <summary>
/// Six digits that a person compares on two screens before a device without a token is let in. Both sides compute them from both nonces and both keys. The
/// device promises its nonce before it sees the dashboard's and shows it afterwards, so neither side, nor anybody between them, can search for a code that fits: a guess is right once in a million.
/// </summary>
public static class JoinCode
{
    /// <summary>Bytes of a nonce and of a commitment.</summary>
    public const int Length = 32;

    /// <summary>How often a side may begin anew before it is not believed any more.</summary>
    public const int MaxRestarts = 3;

    /// <summary>What the device promises its nonce with.</summary>
    public static byte[] Commitment(ReadOnlySpan<byte> deviceNonce) => SHA256.HashData((byte[])[.. "edgemesh-join-commitment-v1\0"u8, .. deviceNonce]);

    /// <summary>As in <c>123 456</c>.</summary>
    /// <param name="devicePublicKey">SubjectPublicKeyInfo, DER.</param>
    /// <param name="authority">The CA that the device would trust from now on.</param>
    public static string Of(ReadOnlySpan<byte> orchestratorNonce, ReadOnlySpan<byte> deviceNonce, ReadOnlySpan<byte> devicePublicKey, string orchestratorId, KeyPin authority)
    {
        var hash = SHA256.HashData((byte[])
        [
            .. "edgemesh-join-code-v1\0"u8, .. orchestratorNonce, .. deviceNonce, .. SHA256.HashData(devicePublicKey), .. Encoding.UTF8.GetBytes($"{orchestratorId}\0{authority}"),
        ]);
        var digits = (BinaryPrimitives.ReadUInt64BigEndian(hash) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        return $"{digits[..3]} {digits[3..]}";
    }
}
