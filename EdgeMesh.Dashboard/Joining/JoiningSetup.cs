using System.Threading.RateLimiting;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Trust;
using Microsoft.AspNetCore.RateLimiting;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>What a device that is not of the mesh yet may fetch: the agent and the scripts that install it. Public by need, so nothing secret is in them.</summary>
public static class JoiningSetup
{
    private const string Limit = "joining";
    private const int AtOnce = 4;
    private const int Waiting = 16;

    public static WebApplicationBuilder AddJoining(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<AgentPackages>().AddHostedService<LanAnnouncements>();
        builder.Services.Configure<RateLimiterOptions>(limits => limits.AddPolicy(Limit, context => RateLimitPartition.GetConcurrencyLimiter(
            PeerNetwork.Of(context.Connection.RemoteIpAddress), _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = Waiting })));
        return builder;
    }

    public static WebApplication MapJoining(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var open = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().RequireRateLimiting(Limit);
        open.MapGet("/join.sh", (HttpContext context, ILanAccess lan) => TypedResults.Text(JoinScripts.ForShell(Origin(context), Pin(context, lan)), "text/x-shellscript"));
        open.MapGet("/join.ps1", (HttpContext context, ILanAccess lan) => TypedResults.Text(JoinScripts.ForPowerShell(Origin(context), Pin(context, lan), lan.Current.PinHead), "text/plain"));
        open.MapGet("/download/agent/{rid}", async (string rid, AgentPackages packages) => await packages.FindAsync(rid) is { } package
            ? TypedResults.PhysicalFile(package.Path, "application/octet-stream", Path.GetFileName(package.Path), enableRangeProcessing: true)
            : Missing(rid));
        open.MapGet("/download/agent/{rid}/sha256", async (string rid, AgentPackages packages) => await packages.FindAsync(rid) is { } package
            ? TypedResults.Text(package.Sha256 + "\n")
            : Missing(rid));
        return app;
    }

    private static IResult Missing(string rid) => ProblemResults.NotFound(Platforms.All.Contains(rid)
        ? new Problem("agent_not_published", "No agent for this platform yet.", $"This dashboard has no agent for {rid}.", $"On its computer, in EdgeMesh's folder, run: eng/publish-agents {rid}")
        : new Problem("platform_unknown", "No such platform.", "There is no agent for this platform.", $"There are agents for {string.Join(", ", Platforms.All)}."));

    // The Host is checked before (HostGuard): one of this computer's own names or addresses.
    private static Uri Origin(HttpContext context) => new UriBuilder(context.Request.Scheme, context.Request.Host.Host, context.Request.Host.Port ?? (context.Request.IsHttps ? 443 : 80)).Uri;

    private static KeyPin? Pin(HttpContext context, ILanAccess lan) => context.Request.IsHttps ? lan.Current.ServerPin : null;
}
