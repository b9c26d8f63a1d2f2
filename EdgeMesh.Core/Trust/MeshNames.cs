using System.Security.Cryptography.X509Certificates;

namespace EdgeMesh.Core.Trust;

/// <summary>Names that both sides of the mesh's TLS know.</summary>
public static class MeshNames
{
    /// <summary>
    /// The name (SNI and Host) that agents call the dashboard by, whatever its address. Only here the dashboard asks for a client certificate, so
    /// browsers never show a picker; and the server's certificate carries it, so a device's certificate can never stand in for it.
    /// </summary>
    public const string Server = "agent.edgemesh.internal";

    /// <summary>Uses (EKU) that a certificate must have: the server's, and a device's.</summary>
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <inheritdoc cref="ServerUse"/>
    public const string DeviceUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>The pin of a certificate's key.</summary>
    public static KeyPin PinOf(X509Certificate2 certificate) => KeyPin.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
