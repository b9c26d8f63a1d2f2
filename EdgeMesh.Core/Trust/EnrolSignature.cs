using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Core.Trust;

/// <summary>What a device signs when it enrols or renews: bound to this nonce, this orchestrator, this certificate request and this token.</summary>
public static class EnrolSignature
{
    public static byte[] Message(ReadOnlySpan<byte> nonce, string orchestratorId, ReadOnlySpan<byte> signingRequest, string joinToken) =>
    [
        .. "edgemesh-enrol-v1\0"u8, .. nonce, 0, .. Encoding.UTF8.GetBytes(orchestratorId), 0, .. SHA256.HashData(signingRequest), 0, .. Encoding.UTF8.GetBytes(joinToken),
    ];
}
