using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Discovery;

namespace EdgeMesh.Agent.Link;

/// <summary>Where orchestrators may reach this device without the tunnel.</summary>
public sealed class DirectEndpoint
{
    /// <summary>The port; 0 (default) when it does not listen.</summary>
    public int Port { get; set; }

    /// <summary>As <c>192.168.1.5:50051</c> or <c>[fd00::2]:50051</c>; none when it does not listen.</summary>
    public IEnumerable<string> Addresses() => Port == 0 ? [] :
        NetworkPlace.All(AddressFamily.InterNetwork).Concat(NetworkPlace.All(AddressFamily.InterNetworkV6))
            .SelectMany(p => p.Addresses).Where(a => !a.IsIPv6LinkLocal).Select(a => new IPEndPoint(a, Port).ToString());
}
