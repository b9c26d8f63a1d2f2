namespace EdgeMesh.QaiHub.Catalog;

/// <summary>Who is asking, and what there is to compile for.</summary>
public interface IHubCatalog
{
    /// <summary>The token's user: the cheapest call that proves a token.</summary>
    Task<HubUser> GetUserAsync(CancellationToken cancellationToken = default);

    /// <summary>The devices that fit; without a query all of them.</summary>
    Task<ImmutableArray<HubDevice>> GetDevicesAsync(DeviceQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>The one device that the service would use.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.DeviceNotAvailable"/>.</exception>
    Task<HubDevice> SelectDeviceAsync(DeviceQuery query, CancellationToken cancellationToken = default);

    /// <summary>The compilers and their versions.</summary>
    Task<ImmutableArray<HubFramework>> GetFrameworksAsync(CancellationToken cancellationToken = default);

    /// <summary>The projects that the token's user sees; none where the service has none or does not know them.</summary>
    Task<ImmutableArray<HubProject>> GetProjectsAsync(CancellationToken cancellationToken = default);
}

/// <summary>What jobs of an organization are grouped by.</summary>
public sealed record HubProject(string Id, string Name);

/// <summary>Which devices.</summary>
/// <param name="Name">An exact name, or empty.</param>
/// <param name="Os">A version ("14") or an interval ("[13,14)"), or empty.</param>
/// <param name="Attributes">Such as <c>chipset:qualcomm-snapdragon-8gen3</c>; all must hold.</param>
public sealed record DeviceQuery(string Name = "", string Os = "", params ImmutableArray<string> Attributes);

/// <summary>A user.</summary>
public sealed record HubUser(ulong Id, string Name, string Email);

/// <summary>A compiler, such as QAIRT, in one version.</summary>
/// <param name="ApiVersion">What <c>--qairt_version</c> takes.</param>
/// <param name="Tags">Such as "default" or "latest".</param>
public sealed record HubFramework(string Name, string ApiVersion, string FullVersion, ImmutableArray<string> Tags);
