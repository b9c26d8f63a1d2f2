using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Core.Trust;

/// <summary>What a device signs when it enrols or renews: bound to this nonce, this orchestrator, this certificate request, this token and what it says towards the code.</summary>
public static class EnrolSignature
{
    public static byte[] Message(ReadOnlySpan<byte> nonce, string orchestratorId, ReadOnlySpan<byte> signingRequest, string joinToken, ReadOnlySpan<byte> codeCommitment = default, ReadOnlySpan<byte> codeNonce = default) =>
    [
        .. "edgemesh-enrol-v2\0"u8, .. nonce, 0, .. Encoding.UTF8.GetBytes(orchestratorId), 0, .. SHA256.HashData(signingRequest), 0, .. SHA256.HashData(codeCommitment), .. SHA256.HashData(codeNonce),
        .. Encoding.UTF8.GetBytes(joinToken),
    ];
}
