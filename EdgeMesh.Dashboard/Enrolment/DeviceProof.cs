using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>Reads what a device asks a certificate for.</summary>
internal static class DeviceProof
{
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
