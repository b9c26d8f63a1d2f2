using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>Checks what a device says of its key: ECDSA P-256 only.</summary>
internal static class DeviceProof
{
    /// <summary>Whether the holder of this key signed this message (ECDSA/SHA-256, IEEE P1363).</summary>
    public static bool IsSigned(ReadOnlySpan<byte> publicKey, byte[] message, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length && key.KeySize == 256 &&
                key.ExportParameters(false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value &&
                key.VerifyData(message, signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The key of a PKCS#10 request that is signed by it; null when it is not one.</summary>
    public static PublicKey? KeyOf(byte[] signingRequest)
    {
        try
        {
            // It checks the request's signature; of the rest only the key is used.
            return CertificateRequest.LoadSigningRequest(signingRequest, HashAlgorithmName.SHA256).PublicKey;
        }
        catch (Exception e) when (e is CryptographicException or NotSupportedException)
        {
            return null;
        }
    }
}
