using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Agent.Enrolment;

/// <summary>Sees to it that this device has a good certificate of one mesh: joins when it has none, renews in time. One user at a time.</summary>
public sealed class MeshCredentials(DialOptions options, DeviceCertificateStore store, Enroller enroller, TimeProvider time)
{
    private MeshMembership? _membership = options.OrchestratorId is { } id ? store.Find(id) : null;
    private JoinTicket? _ticket = options.Ticket;

    /// <summary>Where to dial: what was asked for, then where it was last.</summary>
    public ImmutableArray<Uri> Addresses => [.. options.Addresses.Concat(_membership?.Addresses ?? []).Distinct()];

    /// <summary>When the certificate should be renewed; null when there is none.</summary>
    public DateTimeOffset? RenewAt => _membership?.RenewAt;

    /// <summary>A certificate that is good as far as this device can tell, or why there is none.</summary>
    public async Task<EnrolResult> ReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        _membership ??= await RecogniseAsync(address, cancellationToken);
        if (_membership is not { } membership)
        {
            return Keep(_ticket is { } ticket
                ? await enroller.EnrolAsync(address, ticket, cancellationToken)
                : await enroller.AskToJoinAsync(address, options.Authority, cancellationToken));
        }

        return time.GetUtcNow() < membership.RenewAt ? new EnrolResult.Enrolled(membership) : await RenewAsync(address, cancellationToken);
    }

    /// <summary>Renews the certificate now.</summary>
    public async Task<EnrolResult> RenewAsync(Uri address, CancellationToken cancellationToken) =>
        Keep(await enroller.RenewAsync(address, _membership!, cancellationToken));

    /// <summary>The dashboard does not know this device any more: with a ticket that was not used yet it joins anew.</summary>
    public bool JoinAnew()
    {
        if (_ticket is null)
        {
            return false;
        }

        _membership = null;
        return true;
    }

    private EnrolResult Keep(EnrolResult result)
    {
        if (result is EnrolResult.Enrolled enrolled)
        {
            (_membership, _ticket) = (enrolled.Membership, null);
        }

        return result;
    }

    // An address alone does not say which mesh answers; its CA does, and what it says is checked by TLS right after.
    private async Task<MeshMembership?> RecogniseAsync(Uri address, CancellationToken cancellationToken)
    {
        var known = store.All();
        if (known.IsEmpty || options.OrchestratorId is not null)
        {
            return null;
        }

        try
        {
            var pins = (await Enroller.FetchAuthoritiesAsync(address, cancellationToken)).Select(MeshNames.PinOf).ToHashSet();
            return known.FirstOrDefault(m => m.Pins().Any(pins.Contains));
        }
        catch (Exception e) when (e is HttpRequestException or System.Security.Cryptography.CryptographicException)
        {
            // It will be told by the very next step.
            return null;
        }
    }
}
