using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>
/// The mesh's own CA, made at first start. When it is replaced, the old root vouches for the new one and its key is deleted; device certificates of
/// the old one count until they have ended. Thread-safe.
/// </summary>
public sealed class MeshAuthority : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AuthorityFiles _files;
    private readonly TimeSpan _deviceLasts;
    private readonly TimeProvider _time;
    private volatile Authorities _authorities;

    public MeshAuthority(IOptions<DashboardOptions> options, IOptions<LanOptions> lan, TimeProvider time)
    {
        _time = time;
        _deviceLasts = lan.Value.DeviceCertificateLasts;
        _files = new AuthorityFiles(options.Value.AuthorityPath);
        _authorities = _files.Read(Create);
        ServerKey = _files.ServerKey();
        ServerPin = KeyPin.Of(ServerKey.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Of the CA that issues now.</summary>
    public KeyPin Pin => MeshNames.PinOf(_authorities.Current);

    public KeyPin ServerPin { get; }

    /// <summary>Roots to trust, the current one first; those that were replaced stay in it for who pinned them.</summary>
    public ImmutableArray<X509Certificate2> Roots => [_authorities.Current, .. _authorities.Previous.Select(p => p.Root).Reverse()];

    /// <summary>What the server shows beside its certificate, so that who knows an older root finds the newer.</summary>
    internal IEnumerable<X509Certificate2> Crosses => _authorities.Previous.Select(p => p.Cross).Reverse();

    internal X509Certificate2 Issuer => _authorities.Current;

    internal ECDsa ServerKey { get; }

    /// <summary>All roots as PEM, the current one first.</summary>
    public string ToPem() => string.Concat(Roots.Select(r => r.ExportCertificatePem() + "\n"));

    /// <summary>A certificate for a device's key, and after how long it should be renewed.</summary>
    public (X509Certificate2 Certificate, TimeSpan RenewAfter) IssueDevice(PublicKey key) =>
        (Certificates.Device(Issuer, key, _time.GetUtcNow(), _deviceLasts), _deviceLasts / 2);

    /// <summary>Why a device's certificate is worth nothing; null when it is good.</summary>
    public Problem? Judge(X509Certificate2 certificate)
    {
        var now = _time.GetUtcNow();
        var (current, previous) = _authorities;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(MeshNames.DeviceUse));
        chain.ChainPolicy.CustomTrustStore.Add(current);
        chain.ChainPolicy.CustomTrustStore.AddRange(previous.Where(p => Retired(p) + _deviceLasts > now).Select(p => p.Root).ToArray());
        return chain.Build(certificate) ? null
            : Array.TrueForAll(chain.ChainStatus, s => s.Status == X509ChainStatusFlags.NotTimeValid) ? TrustProblems.CertificateExpired
            : TrustProblems.CertificateForeign;
    }

    /// <summary>Replaces the CA: from now on the new one issues. Links stay as they are.</summary>
    public void Rotate()
    {
        lock (_gate)
        {
            var (current, previous) = _authorities;
            var next = Create();
            var rotated = new Authorities(next, [.. previous, new Previous(current, Certificates.Cross(next, current, _time.GetUtcNow()))]);
            _files.Write(rotated);
            _authorities = rotated;
        }
    }

    public void Dispose() => ServerKey.Dispose();

    private static DateTimeOffset Retired(Previous previous) => Certificates.Began(previous.Cross);

    private X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Certificates.Authority(key, _time.GetUtcNow());
    }
}
