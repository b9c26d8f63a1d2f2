using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>Which mesh to link to.</summary>
/// <param name="Addresses">Where to dial, in this order: https anywhere, http on this computer only. Empty: where the mesh was last found.</param>
/// <param name="JoinToken">The bare secret of a join token, or empty; needed once.</param>
/// <param name="Ticket">The whole ticket when there is one.</param>
/// <param name="OrchestratorId">The mesh's orchestrator when it is known: from a ticket, or because this device joined it before.</param>
public sealed record DialOptions(ImmutableArray<Uri> Addresses, string JoinToken, JoinTicket? Ticket = null, string? OrchestratorId = null)
{
    /// <summary>The CA's fingerprint when it is known without a ticket (discovery, or told by a person).</summary>
    public KeyPin? Authority { get; init; }

    /// <summary>Reads what a person gave: an address, a token or ticket, both, or neither when this device belongs to a mesh already.</summary>
    public static (DialOptions? Options, string? Problem) Read(string? orchestrator, string token, DeviceCertificateStore store)
    {
        JoinTicket? ticket = null;
        if (JoinTicket.IsMeant(token) && !JoinTicket.TryParse(token, out ticket, out var problem))
        {
            return (null, $"--token: {problem.Detail} {problem.Remedy}");
        }

        ImmutableArray<Uri> addresses = ticket?.Addresses ?? [];
        if (orchestrator is not null)
        {
            var (address, wrong) = OrchestratorAddress.Read(orchestrator);
            if (address is null)
            {
                return (null, $"--orchestrator: {wrong}");
            }

            addresses = [address, .. addresses.Where(a => a != address)];
        }

        if (addresses.IsEmpty)
        {
            return store.All() switch
            {
                [] => (null, "Where is the dashboard? Give a join token (--token), or its address (--orchestrator)."),
                [var only, ..] => (new DialOptions([], "", null, only.OrchestratorId), null),
            };
        }

        return (new DialOptions(addresses, ticket?.Secret ?? token, ticket, ticket?.OrchestratorId), null);
    }
}
