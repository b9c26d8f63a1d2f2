using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Doctor;

/// <summary>Looks at whose certificate a server shows, without sending anything.</summary>
internal static class ServerChain
{
    /// <param name="roots">The mesh's CAs that this device trusts; null when it was not told whom to trust.</param>
    public static async Task<TlsFact> LookAsync(Stream stream, IReadOnlyCollection<X509Certificate2>? roots, CancellationToken cancellationToken)
    {
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = MeshNames.Server,
#pragma warning disable CA5359 // It only looks: nothing is sent over this connection.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                cancellationToken);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return new TlsFact(false);
        }

        using var leaf = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return new TlsFact(true, leaf.Subject, leaf.Issuer, IsTrusted(leaf, roots), leaf.NotBefore, leaf.NotAfter);
    }

    // As of the middle of its life: whether the time fits is another question.
    private static bool? IsTrusted(X509Certificate2 leaf, IReadOnlyCollection<X509Certificate2>? roots)
    {
        if (roots is null)
        {
            return null;
        }

        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true } };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots.ToArray());
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(MeshNames.ServerUse));
        chain.ChainPolicy.VerificationTime = leaf.NotBefore + ((leaf.NotAfter - leaf.NotBefore) / 2);
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(leaf);
    }
}
