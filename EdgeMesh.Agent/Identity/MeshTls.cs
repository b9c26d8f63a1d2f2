using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Identity;

/// <summary>
/// TLS to a dashboard: it is trusted by the mesh's CA alone, whatever its address; the certificate must be for the server's role, so that no device can
/// stand in for it. Connections go through the proxy that the usual environment variables name.
/// </summary>
public static class MeshTls
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);

    /// <summary>A handler that trusts these roots only.</summary>
    /// <param name="own">This device's certificate with its key, or null.</param>
    /// <param name="shown">Told the server's key once its certificate is found good.</param>
    public static SocketsHttpHandler CreateHandler(IEnumerable<X509Certificate2> roots, X509Certificate2? own = null, Action<KeyPin>? shown = null)
    {
        var handler = CreateHandler();
        handler.SslOptions.CertificateChainPolicy = ServerPolicy(roots);
        if (shown is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                if (errors != SslPolicyErrors.None || certificate is not X509Certificate2 good)
                {
                    return false;
                }

                shown(MeshNames.PinOf(good));
                return true;
            };
        }

        if (own is not null)
        {
            handler.SslOptions.ClientCertificates = [own];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        }

        return handler;
    }

    /// <summary>Takes the server's certificate of a mesh and no other: these roots, and the server's use.</summary>
    public static X509ChainPolicy ServerPolicy(IEnumerable<X509Certificate2> roots)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots.ToArray());
        policy.ApplicationPolicy.Add(new Oid(MeshNames.ServerUse));
        return policy;
    }

    /// <summary>A handler that trusts anybody: only to fetch the public CA, whose fingerprint is checked then.</summary>
    public static SocketsHttpHandler CreateUntrustingHandler()
    {
        var handler = CreateHandler();
#pragma warning disable CA5359 // What comes over it is public and is checked by its fingerprint.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return handler;
    }

    // One short conversation with one server: nothing is kept, so that no secret travels over what an earlier trust opened.
    private static SocketsHttpHandler CreateHandler() => new() { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectLimit };
}
