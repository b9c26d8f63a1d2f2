using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>Makes the mesh's certificates: pure, given the keys and the time. ECDSA P-256 with SHA-256.</summary>
internal static class Certificates
{
    private static readonly TimeSpan AuthorityLasts = TimeSpan.FromDays(3650);

    // A device whose clock is a little behind still finds them valid.
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(24);

    /// <summary>When it was really made.</summary>
    public static DateTimeOffset Began(X509Certificate2 certificate) => certificate.NotBefore.ToUniversalTime() + Backdated;

    /// <summary>A root that signs itself; its name carries its pin, so that two generations are told apart.</summary>
    public static X509Certificate2 Authority(ECDsa key, DateTimeOffset now) =>
        AuthorityRequest(Name(key), new PublicKey(key), key).CreateSelfSigned(now - Backdated, now + AuthorityLasts);

    /// <summary>The new root certified by the old one: whoever trusts only the old finds a way to the new.</summary>
    public static X509Certificate2 Cross(X509Certificate2 @new, X509Certificate2 old, DateTimeOffset now) =>
        AuthorityRequest(@new.SubjectName, @new.PublicKey, null).Create(old, Start(old, now), old.NotAfter, Serial());

    /// <summary>For the dashboard's own key: its agents' name, its other names and addresses.</summary>
    public static X509Certificate2 Server(X509Certificate2 authority, ECDsa key, IEnumerable<string> names, IEnumerable<IPAddress> addresses, DateTimeOffset now, TimeSpan lasts)
    {
        SubjectAlternativeNameBuilder alternatives = new();
        alternatives.AddDnsName(MeshNames.Server);
        names.ToList().ForEach(alternatives.AddDnsName);
        addresses.ToList().ForEach(alternatives.AddIpAddress);
        var request = LeafRequest($"CN=EdgeMesh dashboard {KeyPin.Of(key.ExportSubjectPublicKeyInfo()).Value[..8]}", new PublicKey(key), authority, MeshNames.ServerUse);
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.Create(authority, Start(authority, now), now + lasts, Serial());
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>For a device's key; the name is its id, which is nothing but the key's thumbprint.</summary>
    public static X509Certificate2 Device(X509Certificate2 authority, PublicKey key, DateTimeOffset now, TimeSpan lasts)
    {
        var id = DeviceId.FromPublicKey(key.ExportSubjectPublicKeyInfo());
        SubjectAlternativeNameBuilder alternatives = new();
        alternatives.AddUri(new Uri($"edgemesh:device:{id}"));
        var request = LeafRequest($"CN={id}", key, authority, MeshNames.DeviceUse);
        request.CertificateExtensions.Add(alternatives.Build());
        return request.Create(authority, Start(authority, now), now + lasts, Serial());
    }

    private static X500DistinguishedName Name(ECDsa key) => new($"CN=EdgeMesh CA {KeyPin.Of(key.ExportSubjectPublicKeyInfo()).Value[..16]}");

    private static DateTimeOffset Start(X509Certificate2 authority, DateTimeOffset now) =>
        now - Backdated > authority.NotBefore ? now - Backdated : authority.NotBefore;

    private static CertificateRequest AuthorityRequest(X500DistinguishedName name, PublicKey key, ECDsa? own)
    {
        var request = own is null ? new CertificateRequest(name, key, HashAlgorithmName.SHA256) : new CertificateRequest(name, own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        return request;
    }

    private static CertificateRequest LeafRequest(string name, PublicKey key, X509Certificate2 authority, string use)
    {
        var request = new CertificateRequest(new X500DistinguishedName(name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request;
    }

    // Random and positive.
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
