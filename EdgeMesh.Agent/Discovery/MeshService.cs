using System.Net;
using System.Text;

namespace EdgeMesh.Agent.Discovery;

/// <summary>An orchestrator as it is announced on a network.</summary>
/// <param name="Instance">What people see, such as <c>Home mesh on study-pc</c>; at most 63 bytes.</param>
/// <param name="Host">A name of its own below <c>local</c>; one label.</param>
/// <param name="Port">Where it listens with TLS.</param>
/// <param name="Id">The orchestrator's id.</param>
/// <param name="Fingerprint">Of its certificate authority, as a ticket carries it.</param>
public sealed record MeshService(string Instance, string Host, int Port, string Id, string Fingerprint)
{
    internal const uint HostTtl = 120;
    internal const uint ServiceTtl = 4_500;
    private const int LongestLabel = 63;

    internal static DnsName Type { get; } = DnsName.Parse("_edgemesh._tcp.local");

    /// <summary>By which tools ask what kinds of services there are (RFC 6763, section 9).</summary>
    internal static DnsName AllTypes { get; } = DnsName.Parse("_services._dns-sd._udp.local");

    internal DnsName Name => Type.Under(Instance);

    internal DnsName HostName => DnsName.Parse("local").Under(Host);

    internal PtrRecord Pointer => new(Type, ServiceTtl, Name);

    internal SrvRecord Location => new(Name, HostTtl, (ushort)Port, HostName);

    internal TxtRecord Text => new(Name, ServiceTtl, ["v=1", $"id={Id}", $"ca={Fingerprint}"]);

    /// <summary>A service whose names fit: too long a name is cut, never in the middle of a character.</summary>
    public static MeshService Create(string name, string host, int port, string id, string fingerprint) => new(Fit(name, LongestLabel), Fit(host, LongestLabel), port, id, fingerprint);

    /// <summary>With the next name to try when another machine has this one: <c>Home mesh (2)</c>.</summary>
    internal MeshService Renamed(int number)
    {
        var ending = $" ({number})";
        return this with { Instance = Fit(Instance, LongestLabel - ending.Length) + ending };
    }

    internal ImmutableArray<DnsRecord> Addresses(IEnumerable<IPAddress> addresses) => [.. addresses.Select(a => new AddressRecord(HostName, HostTtl, a))];

    private static string Fit(string text, int longest)
    {
        while (Encoding.UTF8.GetByteCount(text) > longest)
        {
            text = text[..(char.IsLowSurrogate(text[^1]) ? ^2 : ^1)];
        }

        return text;
    }
}
