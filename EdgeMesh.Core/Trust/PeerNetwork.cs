using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Core.Trust;

/// <summary>
/// Whose limits a connection counts for: an IPv4 address, or the /64 that an IPv6 address is of, as one host may have all addresses of that. An IPv4 address in IPv6's form is the
/// IPv4 address. Everything from this computer is one.
/// </summary>
/// <param name="Address">The address, or the network's first; null when it is not known.</param>
public readonly record struct PeerNetwork(IPAddress? Address)
{
    private const int HostBytes = 8;

    public bool IsLoopback => Address is not null && IPAddress.IsLoopback(Address);

    /// <summary>The network of whoever is at the other end.</summary>
    public static PeerNetwork Of(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
        {
            address = address.MapToIPv4();
        }

        if (address is null || IPAddress.IsLoopback(address))
        {
            return new PeerNetwork(address is null ? null : IPAddress.Loopback);
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return new PeerNetwork(address);
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(HostBytes).Clear();
        return new PeerNetwork(new IPAddress(bytes));
    }

    public override string ToString() => Address is null ? "an unknown address" : Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"{Address}/64" : Address.ToString();
}
