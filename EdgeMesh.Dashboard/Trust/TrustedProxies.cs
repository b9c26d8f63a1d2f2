using System.Net;
using EdgeMesh.Dashboard.Hosting;
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
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else if (System.Net.IPNetwork.TryParse(proxy, out var network))
            {
                options.KnownIPNetworks.Add(network);
            }
            else
            {
                throw new StartupException($"EdgeMesh:Lan:TrustedProxies: \"{proxy}\" is neither an address nor a network such as 10.0.0.0/24.");
            }
        }

        app.UseForwardedHeaders(options);
    }
}
