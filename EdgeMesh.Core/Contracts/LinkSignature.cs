using System.Text;

namespace EdgeMesh.Core.Contracts;

/// <summary>What a device signs at a handshake: bound to this nonce, this orchestrator and this token, so it is worth nothing elsewhere.</summary>
public static class LinkSignature
{
    /// <summary>The version of handshake and service that both sides must speak.</summary>
    public const int ProtocolVersion = 1;

    public static byte[] Message(ReadOnlySpan<byte> nonce, string orchestratorId, string joinToken) =>
        [.. "edgemesh-link-v1\0"u8, .. nonce, 0, .. Encoding.UTF8.GetBytes(orchestratorId), 0, .. Encoding.UTF8.GetBytes(joinToken)];
}
