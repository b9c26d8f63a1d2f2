using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Identity;

/// <summary>What a device holds of a mesh that it joined: nothing of it is secret, its key is apart.</summary>
/// <param name="OrchestratorId">Thumbprint of the orchestrator's own key.</param>
/// <param name="Authorities">The mesh's CAs that this device trusts, DER; the current one first.</param>
/// <param name="Certificate">This device's, DER.</param>
/// <param name="RenewAt">Half of its life, by this device's clock.</param>
/// <param name="Addresses">Where the orchestrator can be dialled, the last good one first.</param>
public sealed record MeshMembership(string OrchestratorId, ImmutableArray<byte[]> Authorities, byte[] Certificate, DateTimeOffset RenewAt, ImmutableArray<Uri> Addresses)
{
    /// <summary>Pins of the CAs that it trusts.</summary>
    public ImmutableArray<KeyPin> Pins()
    {
        using Certificates all = new(Authorities);
        return [.. all.Items.Select(MeshNames.PinOf)];
    }

    /// <summary>The roots to trust; the caller disposes of them.</summary>
    public Certificates Roots() => new(Authorities);
}

/// <summary>Certificates that are disposed of together.</summary>
public sealed class Certificates(IEnumerable<byte[]> der) : IDisposable
{
    public ImmutableArray<X509Certificate2> Items { get; } = [.. der.Select(X509CertificateLoader.LoadCertificate)];

    public void Dispose()
    {
        foreach (var item in Items)
        {
            item.Dispose();
        }
    }
}
