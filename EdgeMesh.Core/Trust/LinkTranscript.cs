using System.Security.Cryptography;
using System.Text;

namespace EdgeMesh.Core.Trust;

/// <summary>
/// What the two sides of a link sign: both nonces, the orchestrator and the channel, each for its own direction, so that a proof is worth nothing on another
/// link, to another orchestrator, over another channel or in the other direction.
/// </summary>
/// <param name="OrchestratorNonce"><see cref="NonceLength"/> bytes.</param>
/// <param name="DeviceNonce"><see cref="NonceLength"/> bytes.</param>
/// <param name="OrchestratorId">Thumbprint of the orchestrator's own key.</param>
/// <param name="Channel">What the proof is bound to; see <see cref="LinkChannel"/>.</param>
public sealed record LinkTranscript(ReadOnlyMemory<byte> OrchestratorNonce, ReadOnlyMemory<byte> DeviceNonce, string OrchestratorId, string Channel)
{
    public const int NonceLength = 32;

    /// <summary>What the orchestrator signs with its key.</summary>
    public byte[] ForOrchestrator() => Bytes("orchestrator");

    /// <summary>What the device signs with its key.</summary>
    /// <param name="tokenProof">As sent in the same message; may be empty.</param>
    public byte[] ForDevice(ReadOnlySpan<byte> tokenProof) => [.. Bytes("device"), .. tokenProof];

    /// <summary>By what the orchestrator finds a join token, without learning anything when it does not have it.</summary>
    /// <param name="tokenKey">See <see cref="TokenKey"/>.</param>
    public byte[] TokenMark(byte[] tokenKey) => HMACSHA256.HashData(tokenKey, Bytes("token mark"));

    /// <summary>The orchestrator's proof that it knows the token.</summary>
    public byte[] OrchestratorTokenProof(byte[] tokenKey) => HMACSHA256.HashData(tokenKey, Bytes("token orchestrator"));

    /// <summary>The device's proof that it knows the token; for its own key only.</summary>
    public byte[] DeviceTokenProof(byte[] tokenKey, ReadOnlySpan<byte> publicKey) => HMACSHA256.HashData(tokenKey, (byte[])[.. Bytes("token device"), .. publicKey]);

    /// <summary>The key of these proofs: the SHA-256 of the token's secret, which the orchestrator stores instead of it.</summary>
    public static byte[] TokenKey(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>A nonce from the system's random numbers.</summary>
    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceLength);

    private byte[] Bytes(string purpose) => OrchestratorNonce.Length == NonceLength && DeviceNonce.Length == NonceLength
        ? [.. Encoding.UTF8.GetBytes($"edgemesh-link-v2 {purpose}\0"), .. OrchestratorNonce.Span, .. DeviceNonce.Span, .. Encoding.UTF8.GetBytes($"{OrchestratorId}\0{Channel}\0")]
        : throw new InvalidDataException($"A nonce has {NonceLength} bytes.");
}

/// <summary>What the proofs of a link are bound to, so that nobody in between can pass them on.</summary>
public static class LinkChannel
{
    /// <summary>Over TLS: the public key that the server showed.</summary>
    public static string Tls(KeyPin server) => $"tls:{server}";

    /// <summary>In the clear, on one computer: the port, so that a program on another port cannot pass the proofs on to the dashboard's.</summary>
    public static string Plain(int port) => $"http:{port}";
}
