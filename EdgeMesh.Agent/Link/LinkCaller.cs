using Grpc.Core;

namespace EdgeMesh.Agent.Link;

/// <summary>Who is at the other end of a link: proved when the link was made. A feature of the connection.</summary>
/// <param name="OrchestratorId">Thumbprint of the orchestrator's key; empty inside one process.</param>
public sealed record LinkCaller(string OrchestratorId)
{
    /// <summary>The only one there is, inside one process.</summary>
    public static LinkCaller Own { get; } = new("");

    /// <summary>Who makes this call.</summary>
    public static LinkCaller Of(ServerCallContext context) => context.GetHttpContext().Features.Get<LinkCaller>() ?? Own;
}
