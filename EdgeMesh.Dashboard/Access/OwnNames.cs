using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary>The names of <see cref="DashboardOptions.Hosts"/>: which Host and which Origin a browser may send because the owner said so.</summary>
internal sealed class OwnNames(IOptions<DashboardOptions> options)
{
    private readonly HostString[] names = [.. options.Value.Hosts.Select(n => new HostString(n))];

    /// <summary>Whether a request may ask for this name (without its port).</summary>
    public bool Has(string host) => Array.Exists(names, n => Same(n.Host, host));

    /// <summary>
    /// Whether a page of this origin is the dashboard's own as a reverse proxy shows it: the name is configured, and the port is the configured one,
    /// by default that of the scheme. Another port of the same name may be anybody's program.
    /// </summary>
    public bool Has(Uri origin) => Array.Exists(names, n => Same(n.Host, origin.Host) && (n.Port is { } port ? port == origin.Port : origin.IsDefaultPort));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
