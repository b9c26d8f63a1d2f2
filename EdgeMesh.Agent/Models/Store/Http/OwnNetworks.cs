using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Models.Store.Http;

/// <summary>This device's own addresses and what is on its wires, public ones too: a global IPv6 address reaches the neighbours as well as a private one.</summary>
public static class OwnNetworks
{
    private const int ShortestIPv4 = 8;
    private const int ShortestIPv6 = 32;
    private const int UsualIPv6 = 64;

    /// <summary>Of all interfaces, as they are now.</summary>
    public static ImmutableArray<IPNetwork> Current() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).SelectMany(a => Of(a.Address, a.PrefixLength))];

    /// <summary>
    /// The address, and the prefix it is of: never narrower than a /64 for a global IPv6 address, as one without a prefix has neighbours too; a prefix that takes half the internet is none.
    /// </summary>
    public static IEnumerable<IPNetwork> Of(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        yield return new IPNetwork(new IPAddress(bytes), bytes.Length * 8);
        prefix = isIPv6 ? Math.Min(prefix, UsualIPv6) : prefix;
        if (prefix < (isIPv6 ? ShortestIPv6 : ShortestIPv4) || prefix >= bytes.Length * 8)
        {
            yield break;
        }

        for (var bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        yield return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
