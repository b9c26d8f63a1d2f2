using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;

namespace EdgeMesh.QaiHub.Doctor;

/// <summary>Says what works and what does not, with the fix for each. Never throws for what it finds.</summary>
public interface IHubDoctor
{
    /// <summary>Checks in order: configuration, host, clock, version, token. What cannot be checked because of an earlier one says so.</summary>
    /// <param name="found">What the host's configuration search found.</param>
    Task<HubStatus> CheckAsync(ConfigSearch found, CancellationToken cancellationToken = default);
}

/// <summary>The doctor's findings; the shape of <c>GET /api/qaihub/status</c>.</summary>
/// <param name="Source">The real service or an emulator, as its answers say.</param>
/// <param name="Connected">A token was accepted.</param>
public sealed record HubStatus(HubSource Source, bool Connected, HubUser? User, ImmutableArray<HubCheck> Checks);

/// <summary>One check.</summary>
/// <param name="Name">configuration, host, clock, version or token.</param>
/// <param name="Remedy">Null when there is nothing to do.</param>
/// <param name="Skipped">Not looked at, as one before it failed: no fault of its own.</param>
public sealed record HubCheck(string Name, bool Ok, string Detail, string? Remedy, bool Skipped = false);

/// <summary>Who answers.</summary>
public enum HubSource
{
    Service,
    Emulator,
}
