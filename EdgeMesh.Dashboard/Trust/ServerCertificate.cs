using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>
/// The certificate that the mesh's CA gives the server: for its names and all addresses seen so far. Issued anew when a connection comes in on an
/// address that it lacks, at half its life, and when the CA was replaced; the key, and so its pin, stays. Thread-safe.
/// </summary>
internal sealed class ServerCertificate(MeshAuthority authority, IOptions<DashboardOptions> options, TimeProvider time)
{
    private const int MostAddresses = 64;
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(90);
    private readonly Lock _gate = new();
    private volatile Issued? _issued;

    /// <summary>Names that browsers may call this machine by.</summary>
    public static ImmutableArray<string> MachineNames { get; } =
        Environment.MachineName is { Length: > 0 } name && Uri.CheckHostName(name) == UriHostNameType.Dns
            ? [.. ((string[])["localhost", name.ToLowerInvariant(), $"{name.ToLowerInvariant().Split('.')[0]}.local"]).Distinct()]
            : ["localhost"];

    /// <summary>The certificate for a connection on this address of ours.</summary>
    public SslStreamCertificateContext For(IPAddress? local)
    {
        var address = Plain(local);
        if (_issued is { } issued && IsGood(issued, address))
        {
            return issued.Context;
        }

        lock (_gate)
        {
            return _issued is { } meanwhile && IsGood(meanwhile, address) ? meanwhile.Context : (_issued = Issue(address)).Context;
        }
    }

    private static IPAddress? Plain(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { ScopeId: not 0 } when address.IsIPv6LinkLocal => new IPAddress(address.GetAddressBytes()),
        _ => address,
    };

    private bool IsGood(Issued issued, IPAddress? address) =>
        ReferenceEquals(issued.Issuer, authority.Issuer) && time.GetUtcNow() < issued.RenewAt && (address is null || issued.Addresses.Contains(address));

    private Issued Issue(IPAddress? address)
    {
        // The ones in use first; old ones only as far as there is room.
        ImmutableArray<IPAddress> addresses =
        [
            .. ((IPAddress?[])[address, IPAddress.Loopback, IPAddress.IPv6Loopback, .. LanAddresses.Current(), .. _issued?.Addresses ?? []])
                .OfType<IPAddress>().Distinct().Take(MostAddresses),
        ];
        var names = MachineNames.Concat(options.Value.Hosts.Where(h => Uri.CheckHostName(h) == UriHostNameType.Dns)).Distinct(StringComparer.OrdinalIgnoreCase);
        var now = time.GetUtcNow();
        var issuer = authority.Issuer;
        var certificate = Certificates.Server(issuer, authority.ServerKey, names, addresses, now, Lasts);
        return new Issued(
            SslStreamCertificateContext.Create(ForSystem(certificate), [.. authority.Crosses], offline: true), issuer, addresses, now + (Lasts / 2));
    }

    // Windows' TLS takes no key that lives in memory only.
    private static X509Certificate2 ForSystem(X509Certificate2 certificate) =>
        OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null) : certificate;

    private sealed record Issued(SslStreamCertificateContext Context, X509Certificate2 Issuer, ImmutableArray<IPAddress> Addresses, DateTimeOffset RenewAt);
}
