using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Link;

/// <summary>
/// Which dashboards this device links to: the one that a ticket or a certificate names, or one that it joined before. Any other must prove that it made this
/// device's token. Without all of these nothing is said to it.
/// </summary>
/// <param name="wanted">The only orchestrator that will do; null when an address is all that is known.</param>
public sealed class LinkTrust(string? wanted, DeviceCertificateStore store)
{
    /// <summary>Why nothing at all is said to the orchestrator with this id; null to go on.</summary>
    public Verdict? Refuse(string orchestratorId, string token, Uri address) =>
        wanted is not null ? (orchestratorId == wanted ? null : ToVerdict(EnrolProblems.OtherOrchestrator(address)))
        : IsKnown(orchestratorId) || token.Length > 0 ? null : ToVerdict(EnrolProblems.NotJoinedThere(address));

    /// <summary>Why its proof does not do; null when it is the one that it says it is, and one that this device may link to.</summary>
    /// <param name="tokenKey">Of this device's token; null without one.</param>
    public Verdict? Check(OrchestratorProof proof, LinkTranscript transcript, byte[]? tokenKey, Uri address)
    {
        var publicKey = proof.PublicKey.Span;
        if (!KeySignature.IsValid(publicKey, transcript.ForOrchestrator(), proof.Signature.Span) || DeviceId.FromPublicKey(publicKey).Value != transcript.OrchestratorId)
        {
            return ToVerdict(EnrolProblems.NotProved(address));
        }

        return wanted is not null || IsKnown(transcript.OrchestratorId) ? null
            : tokenKey is null ? ToVerdict(EnrolProblems.NotJoinedThere(address))
            : System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(transcript.OrchestratorTokenProof(tokenKey), proof.TokenProof.Span) ? null
            : ToVerdict(EnrolProblems.TokenUnknownThere(address));
    }

    /// <summary>The link is accepted: from now on this orchestrator is known by its key.</summary>
    public void Keep(string orchestratorId, Uri address)
    {
        if (!IsKnown(orchestratorId))
        {
            store.SaveLocal(orchestratorId, address);
        }
    }

    private static Verdict ToVerdict(Problem problem) => new() { Code = problem.Code, Detail = problem.Detail, Remedy = problem.Remedy, Final = true };

    private bool IsKnown(string orchestratorId) => store.HasJoined(orchestratorId);
}
