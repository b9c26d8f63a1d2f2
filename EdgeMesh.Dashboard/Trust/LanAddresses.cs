using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>This machine's addresses now.</summary>
internal static class LanAddresses
{
    /// <summary>
    /// Addresses that other machines may reach it by, the likeliest first: of interfaces with a gateway before others (bridges of containers), IPv4
    /// before IPv6. Loopback and link-local ones are left out.
    /// </summary>
    public static ImmutableArray<IPAddress> Current()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .Select(i => i.GetIPProperties())
                    .SelectMany(p => p.UnicastAddresses.Select(a => (a.Address, HasGateway: p.GatewayAddresses.Any(g => !g.Address.Equals(IPAddress.Any)))))
                    .Where(a => !IPAddress.IsLoopback(a.Address) && !a.Address.IsIPv6LinkLocal && !IsLinkLocal(a.Address))
                    .OrderByDescending(a => a.HasGateway).ThenBy(a => a.Address.AddressFamily == AddressFamily.InterNetworkV6)
                    .Select(a => a.Address).Distinct(),
            ];
        }
        catch (NetworkInformationException)
        {
            // Some systems (Android) do not tell; the connection's own address is still known at each handshake.
            return [];
        }
    }

    private static bool IsLinkLocal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..];
}
