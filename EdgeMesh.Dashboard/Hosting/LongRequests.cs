using EdgeMesh.Agent.Connections;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>
/// Requests that stay open (links of agents, pages, events of jobs, hubs): each kind has its own places, a quarter of all connections, so that none of them takes those of another; half of an
/// address's connections at most. Behind a trusted proxy the browser's address counts, as the proxy tells it.
/// </summary>
internal sealed class LongRequests(ConnectionOptions options, RefusalLog log)
{
    private const int Share = 4;
    private readonly Kind _agents = Create("Links of agents", options);
    private readonly Kind _pages = Create("Pages", options);
    private readonly Kind _events = Create("Event streams", options);
    private readonly Kind _hubs = Create("Hub connections", options);

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (Of(context.Request) is not { } kind)
        {
            await next(context);
            return;
        }

        var from = PeerNetwork.Of(context.Connection.RemoteIpAddress);
        var limit = kind.Counts.TryEnter(from);
        if (limit != PeerLimit.None)
        {
            var why = limit == PeerLimit.Network ? $"{kind.PerNetwork} of one address may be open at once." : $"{kind.All} may be open at once.";
            log.Refused(kind.Name, from, why);
            await ProblemResults.BusyAsync(context, $"{kind.Name}: {why}");
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            kind.Counts.Leave(from);
        }
    }

    private Kind? Of(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsConnect(request.Method))
        {
            return null;
        }

        var path = request.Path;
        return path == "/agent/link" ? _agents
            : path.StartsWithSegments("/_blazor") ? _pages
            : path.StartsWithSegments("/hubs") ? _hubs
            : path.StartsWithSegments("/api/jobs") && path.Value!.EndsWith("/events", StringComparison.OrdinalIgnoreCase) ? _events
            : null;
    }

    private static Kind Create(string name, ConnectionOptions options)
    {
        var (perNetwork, all) = (options.PerAddress / 2, options.Most / Share);
        return new Kind(name, perNetwork, all, new PeerCounts(perNetwork, all, all));
    }

    private sealed record Kind(string Name, int PerNetwork, int All, PeerCounts Counts);
}
