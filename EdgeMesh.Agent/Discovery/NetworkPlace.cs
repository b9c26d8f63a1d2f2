using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Discovery;

/// <summary>An interface of this machine as one address family sees it.</summary>
internal sealed class NetworkPlace(int index, ImmutableArray<(IPAddress Address, int Prefix)> own)
{
    public int Index { get; } = index;

    public ImmutableArray<IPAddress> Addresses { get; } = [.. own.Select(o => o.Address)];

    /// <summary>Whether a packet comes from the same link, and so may be answered directly (RFC 6762, section 11).</summary>
    public bool IsOnLink(IPAddress other) => other.IsIPv6LinkLocal || own.Any(o => SharesPrefix(o.Address.GetAddressBytes(), other.GetAddressBytes(), o.Prefix));

    /// <summary>Every interface that is up, but for loopback. Not filtered by what it says of multicast: many that work say no.</summary>
    public static ImmutableArray<NetworkPlace> All(AddressFamily family)
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().Select(i => Of(i, family)).OfType<NetworkPlace>()];
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // Android forbids listing them; then the system's default is used.
            return [];
        }
    }

    public override string ToString() => $"{Index} {string.Join(' ', Addresses)}";

    private static NetworkPlace? Of(NetworkInterface card, AddressFamily family)
    {
        try
        {
            var properties = card.GetIPProperties();
            var own = properties.UnicastAddresses.Where(a => a.Address.AddressFamily == family).Select(a => (a.Address, a.PrefixLength)).ToImmutableArray();
            if (own.IsEmpty || card.NetworkInterfaceType == NetworkInterfaceType.Loopback || card.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
            {
                return null;
            }

            return new NetworkPlace(family == AddressFamily.InterNetwork ? properties.GetIPv4Properties().Index : properties.GetIPv6Properties().Index, own);
        }
        catch (NetworkInformationException)
        {
            // It went away while it was looked at, or has no such protocol.
            return null;
        }
    }

    private static bool SharesPrefix(byte[] one, byte[] other, int bits) =>
        one.Length == other.Length && bits > 0 && Enumerable.Range(0, bits).All(i => ((one[i / 8] ^ other[i / 8]) & (0x80 >> (i % 8))) == 0);
}
