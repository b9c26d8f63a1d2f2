using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>Where Kestrel listens, as the configuration it watches: the port for other machines comes and goes while it runs.</summary>
internal sealed class Listeners : ConfigurationProvider, IConfigurationSource
{
    public const string Lan = "Lan";

    public Listeners(IEnumerable<string> urls)
    {
        Urls = [.. urls];
        foreach (var (name, url) in Named)
        {
            Data[$"Endpoints:{name}:Url"] = url;
        }
    }

    /// <summary>What was asked for, besides the LAN's port.</summary>
    public ImmutableArray<string> Urls { get; }

    /// <summary>Names of those that speak TLS, the LAN's among them.</summary>
    public IEnumerable<string> Tls => [.. Named.Where(u => u.Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)).Select(u => u.Name), Lan];

    // In order of the names, so that the first address asked for is the first told.
    private IEnumerable<(string Name, string Url)> Named => Urls.Select((url, i) => ($"A{i:00}", url));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public IConfiguration ToConfiguration() => new ConfigurationBuilder().Add(this).Build();

    /// <summary>Why the port cannot be opened; null when it can.</summary>
    public static Problem? Check(int port)
    {
        try
        {
            using var probe = Socket.OSSupportsIPv6 ? TcpListener.Create(port) : new TcpListener(IPAddress.Any, port);
            probe.Start();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AccessDenied ? TrustProblems.PortDenied(port) : TrustProblems.PortTaken(port);
        }
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Any, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Opens the port for other machines, or closes it (null). Kestrel follows a moment later.</summary>
    public void SetLan(int? port)
    {
        if (port is { } open)
        {
            Data[$"Endpoints:{Lan}:Url"] = $"https://*:{open}";
        }
        else
        {
            Data.Remove($"Endpoints:{Lan}:Url");
        }

        OnReload();
    }
}
