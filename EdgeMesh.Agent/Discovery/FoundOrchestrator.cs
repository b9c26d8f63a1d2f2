using System.Net;

namespace EdgeMesh.Agent.Discovery;

/// <summary>An orchestrator that answered on the network. Anybody can say anything there: a hint, not a proof.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Id">The orchestrator's id, as announced.</param>
/// <param name="Fingerprint">Of its certificate authority, as announced.</param>
/// <param name="Port">Where it listens with TLS.</param>
/// <param name="Addresses">Where it is; IPv4 first, link-local ones with their interface.</param>
public sealed record FoundOrchestrator(string Name, string Id, string Fingerprint, int Port, ImmutableArray<IPAddress> Addresses)
{
    /// <summary>As addresses to dial, best first.</summary>
    public ImmutableArray<Uri> Urls => [.. Addresses.Select(a => new UriBuilder(Uri.UriSchemeHttps, a.ToString(), Port).Uri)];
}
