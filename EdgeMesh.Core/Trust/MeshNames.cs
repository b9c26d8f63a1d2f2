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

    private const string DirectSuffix = ".direct.edgemesh.internal";

    /// <summary>The name (SNI) by which an orchestrator calls a device that listens; it says which mesh is meant, for a device may serve several.</summary>
    public static string DirectOf(string orchestratorId) => orchestratorId + DirectSuffix;

    /// <summary>The orchestrator that calls by this name; null when it is no such name.</summary>
    public static string? OrchestratorOf(string? name) =>
        name?.EndsWith(DirectSuffix, StringComparison.OrdinalIgnoreCase) == true && name[..^DirectSuffix.Length].ToLowerInvariant() is { Length: DeviceId.Length } id && Base32.IsValid(id) ? id : null;

    /// <summary>The pin of a certificate's key.</summary>
    public static KeyPin PinOf(X509Certificate2 certificate) => KeyPin.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());
}
