using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Replaces the mesh's CA while everything runs.</summary>
public interface IAuthorityRotation
{
    /// <summary>Makes a new CA, and asks every linked device to fetch a new certificate; others do at their next renewal. Returns the new fingerprint.</summary>
    Task<KeyPin> RotateAsync(CancellationToken cancellationToken);
}

/// <inheritdoc cref="IAuthorityRotation"/>
internal sealed partial class AuthorityRotation(MeshAuthority authority, IFleet fleet, IDeviceLinks links, IDeeds deeds, TimeProvider time, ILogger<AuthorityRotation> logger) : IAuthorityRotation
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public Task<KeyPin> RotateAsync(CancellationToken cancellationToken) => deeds.MakeAsync(AuditActions.AuthorityRotate, $"{authority.Pin}", () => ReplaceAsync(cancellationToken));

    private async Task<KeyPin> ReplaceAsync(CancellationToken cancellationToken)
    {
        authority.Rotate();
        LogRotated(logger, authority.Pin);
        await Task.WhenAll(fleet.Current.Devices.Select(d => links.Find(d.Id)).OfType<IDeviceLink>().Select(l => TellAsync(l, cancellationToken)));
        return authority.Pin;
    }

    // An agent that does not answer, or is too old for it, learns the new CA at its next renewal.
    private async Task TellAsync(IDeviceLink link, CancellationToken cancellationToken)
    {
        try
        {
            await link.Client.RenewCertificateAsync(new RenewCertificateRequest(), deadline: (time.GetUtcNow() + Limit).UtcDateTime, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (BrokenLink.Is(e))
        {
            LogNotTold(logger, link.Device, BrokenLink.Word(e));
        }
    }

    [LoggerMessage(2111, LogLevel.Information, "The mesh has a new CA: {Authority}. The old one's device certificates count until they end.")]
    private static partial void LogRotated(ILogger logger, KeyPin authority);

    [LoggerMessage(2112, LogLevel.Information, "{Device} was not told of the new CA ({Status}); it learns it at its next renewal.")]
    private static partial void LogNotTold(ILogger logger, DeviceId device, string status);
}
