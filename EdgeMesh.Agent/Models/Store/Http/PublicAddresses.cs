using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Models.Store.Http;

/// <summary>Which addresses are out on the internet, and which are this machine, its network or its cloud (IANA special-purpose registries).</summary>
public static class PublicAddresses
{
    private static readonly ImmutableArray<IPNetwork> Special =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(n => IPNetwork.Parse(n)),
    ];

    /// <summary>Whether the address is public; an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.</summary>
    public static bool Contains(IPAddress address)
    {
        var plain = Unwrap(address);
        return !Special.Any(n => n.BaseAddress.AddressFamily == plain.AddressFamily && n.Contains(plain));
    }

    /// <summary>Those that are public and in none of this device's own networks.</summary>
    public static IEnumerable<IPAddress> Outside(IEnumerable<IPAddress> addresses, ImmutableArray<IPNetwork> own) =>
        addresses.Where(a => Contains(a) && !own.Any(n => IsIn(n, Unwrap(a)) || IsIn(n, new IPAddress(a.GetAddressBytes()))));

    private static bool IsIn(IPNetwork network, IPAddress address) => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);

    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
            : bytes.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) ? new IPAddress(bytes.AsSpan(12))
            : bytes is [0x20, 0x02, ..] ? new IPAddress(bytes.AsSpan(2, 4))
            : new IPAddress(bytes); // without its scope, which no network would match
    }
}
