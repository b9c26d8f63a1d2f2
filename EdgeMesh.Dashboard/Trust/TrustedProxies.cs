using System.Net;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>Forwarded headers count only when a proxy is named, from it, and for configured names; otherwise they are just text.</summary>
internal static class TrustedProxies
{
    /// <exception cref="StartupException">An entry is neither an address nor a network.</exception>
    public static void UseTrustedProxies(this IApplicationBuilder app)
    {
        var proxies = app.ApplicationServices.GetRequiredService<IOptions<LanOptions>>().Value.TrustedProxies;
        if (proxies.Count == 0)
        {
            return;
        }

        ForwardedHeadersOptions options = new()
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost |
                ForwardedHeaders.XForwardedPrefix,
            AllowedHosts = [.. app.ApplicationServices.GetRequiredService<IOptions<DashboardOptions>>().Value.Hosts.Select(n => new HostString(n).Host)],
        };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies.Select(Parse))
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
    /// <summary>Whether an address (no IPv4 in IPv6's form) is one of the proxies.</summary>
    public static Func<IPAddress, bool> Matcher(LanOptions options)
    {
        var networks = options.TrustedProxies.Select(Parse).ToImmutableArray();
        return address => networks.Any(n => n.Contains(address));
    }

    private static System.Net.IPNetwork Parse(string proxy) =>
        IPAddress.TryParse(proxy, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : System.Net.IPNetwork.TryParse(proxy, out var network) ? network
        : throw new StartupException($"EdgeMesh:Lan:TrustedProxies: \"{proxy}\" is neither an address nor a network such as 10.0.0.0/24.");
}
