using System.Security.Cryptography;

namespace EdgeMesh.Core.Trust;

/// <summary>Checks signatures of the mesh's keys: ECDSA P-256 with SHA-256, IEEE P1363.</summary>
public static class KeySignature
{
    /// <summary>Whether the holder of this key signed this message; false for any other kind of key.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    public static bool IsValid(ReadOnlySpan<byte> publicKey, byte[] message, ReadOnlySpan<byte> signature)
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
}
