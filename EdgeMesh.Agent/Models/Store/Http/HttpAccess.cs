using System.Net;

namespace EdgeMesh.Agent.Models.Store.Http;

/// <summary>Where downloads may go.</summary>
public sealed record HttpAccess
{
    /// <summary>Hosts that may be private, as <c>nas.local</c> or <c>192.168.1.5:8080</c>. Default: none; only public addresses are reached.</summary>
    public ImmutableHashSet<string> AllowedHosts { get; init; } = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A server that sends nothing for this long is given up. Default 60 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Redirects followed, 0 to 20. Default 10.</summary>
    public int MostRedirects { get; init; } = 10;

    /// <summary>This device's addresses and the networks on its wires: as little reached as private ones. Default: as they are when a connection is made.</summary>
    public Func<ImmutableArray<IPNetwork>> Own { get; init; } = OwnNetworks.Current;

    internal bool Allows(string host, int port) => AllowedHosts.Contains(host) || AllowedHosts.Contains($"{host}:{port}");
}
