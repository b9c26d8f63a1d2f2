using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Trust;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Trust;

/// <summary>The CA on files of its own, with a clock of the test's.</summary>
public sealed class MeshAuthorityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly ECDsa _device = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _device.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void DeviceCertificate_UntilItEnds_IsGood()
    {
        using var authority = Open();
        var (certificate, renewAfter) = authority.IssueDevice(new PublicKey(_device));
        Assert.Equal(TimeSpan.FromHours(12), renewAfter);
        Assert.Null(authority.Judge(certificate));
        Assert.Contains(DeviceId.FromPublicKey(_device.ExportSubjectPublicKeyInfo()).Value, certificate.Subject, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromHours(23));
        Assert.Null(authority.Judge(certificate));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("certificate_expired", authority.Judge(certificate)!.Code);
    }

    [Fact]
    public void DeviceCertificate_OfAnotherMeshOrTheServersOwn_IsForeign()
    {
        using var authority = Open();
        using var other = Open("other");
        Assert.Equal("certificate_foreign", authority.Judge(other.IssueDevice(new PublicKey(_device)).Certificate)!.Code);

        using var server = Certificates.Server(authority.Issuer, _device, [], [], _time.GetUtcNow(), TimeSpan.FromDays(1));
        Assert.Equal("certificate_foreign", authority.Judge(server)!.Code);
    }

    [Fact]
    public void Restart_KeepsCaServerKeyAndFilesForTheOwnerOnly()
    {
        KeyPin pin, server;
        using (var first = Open())
        {
            (pin, server) = (first.Pin, first.ServerPin);
        }

        using var again = Open();
        Assert.Equal((pin, server), (again.Pin, again.ServerPin));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(_directory["data/ca"]))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory["data/ca"]));
        }
    }

    [Fact]
    public void Files_Damaged_AreSaidInWords()
    {
        Open().Dispose();
        File.WriteAllText(_directory["data/ca/authority.pem"], "nonsense");
        var refused = Assert.Throws<StartupException>(() => Open());
        Assert.Contains("authority.pem is damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rotate_OldDeviceCertificates_CountUntilTheyHaveEnded()
    {
        using var authority = Open();
        var before = authority.Pin;
        var (old, _) = authority.IssueDevice(new PublicKey(_device));
        authority.Rotate();
        _time.Advance(TimeSpan.FromHours(23));
        Assert.NotEqual(before, authority.Pin);
        Assert.Null(authority.Judge(old));
        Assert.Null(authority.Judge(authority.IssueDevice(new PublicKey(_device)).Certificate));

        _time.Advance(TimeSpan.FromHours(2));
        Assert.NotNull(authority.Judge(old));

        // Whoever stole the old key can make no device certificates any more.
        Assert.Equal("certificate_foreign", authority.Judge(old)!.Code);
    }

    [Fact]
    public void Rotate_TwiceAndRestarted_EveryRootStillFindsTheServer()
    {
        List<X509Certificate2> roots = [];
        using (var authority = Open())
        {
            roots.Add(X509CertificateLoader.LoadCertificate(authority.Roots[0].RawDataMemory.Span));
            authority.Rotate();
            roots.Add(X509CertificateLoader.LoadCertificate(authority.Roots[0].RawDataMemory.Span));
            authority.Rotate();
            roots.Add(X509CertificateLoader.LoadCertificate(authority.Roots[0].RawDataMemory.Span));
        }

        using var again = Open();
        Assert.Equal(3, again.Roots.Length);
        Assert.Equal(again.Pin, MeshNames.PinOf(again.Roots[0]));
        using var server = Certificates.Server(again.Issuer, again.ServerKey, [], [], _time.GetUtcNow(), TimeSpan.FromDays(1));
        foreach (var root in roots)
        {
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
            chain.ChainPolicy.CustomTrustStore.Add(root);
            chain.ChainPolicy.ExtraStore.AddRange(again.Crosses.ToArray());
            Assert.True(chain.Build(server), string.Join(", ", chain.ChainStatus.Select(s => s.Status)));
        }

        // The keys of the old roots are gone.
        Assert.DoesNotContain("PRIVATE", File.ReadAllText(_directory["data/ca/previous.pem"]), StringComparison.Ordinal);
    }

    private MeshAuthority Open(string name = "data")
    {
        Directory.CreateDirectory(_directory[name]);
        return new(Options.Create(new DashboardOptions { DataDirectory = _directory[name] }), Options.Create(new LanOptions()), _time);
    }
}
