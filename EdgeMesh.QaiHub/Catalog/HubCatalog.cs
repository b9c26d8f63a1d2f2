using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Catalog;

/// <inheritdoc/>
internal sealed class HubCatalog(HubApi api) : IHubCatalog
{
    /// <summary>The path that proves a token.</summary>
    public const string UserPath = "users/auth/user";

    public async Task<HubUser> GetUserAsync(CancellationToken cancellationToken) =>
        CatalogRecords.Of(await api.GetAsync(UserPath, null, User.Parser, new Subject("User"), cancellationToken));

    public Task<ImmutableArray<HubDevice>> GetDevicesAsync(DeviceQuery? query, CancellationToken cancellationToken) =>
        DevicesAsync(query ?? new DeviceQuery(), select: false, cancellationToken);

    public async Task<HubDevice> SelectDeviceAsync(DeviceQuery query, CancellationToken cancellationToken) =>
        await DevicesAsync(query, select: true, cancellationToken) is [var device, ..]
            ? device
            : throw new QaiHubException(HubFailure.DeviceNotAvailable, $"The service has no device that fits {Words(query)}.", "Choose a device of the current catalogue; it may be another OS version now.");

    public async Task<ImmutableArray<HubFramework>> GetFrameworksAsync(CancellationToken cancellationToken)
    {
        var list = await api.GetAsync("frameworks", null, FrameworkList.Parser, new Subject("Frameworks"), cancellationToken);
        return [.. list.Frameworks.Select(f => new HubFramework(f.Name, f.ApiVersion, f.FullVersion, [.. f.ApiTags]))];
    }

    public async Task<ImmutableArray<HubProject>> GetProjectsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var list = await api.GetAsync("projects", null, ProjectList.Parser, new Subject("Projects"), cancellationToken);
            return [.. list.Projects.Where(p => p.Id.Length > 0).Select(p => new HubProject(p.Id, p.Name.Length > 0 ? PlainLine.Of(p.Name) : p.Id))];
        }
        catch (QaiHubException e) when (e.Kind == HubFailure.NotFound)
        {
            return [];
        }
    }

    private async Task<ImmutableArray<HubDevice>> DevicesAsync(DeviceQuery query, bool select, CancellationToken cancellationToken)
    {
        // Name and version are sent when they are empty too, and the flag in the service's own spelling.
        (string, string)[] fields = [("name", query.Name), ("os", query.Os), ("select", select ? "True" : "False"), .. query.Attributes.Select(a => ("attributes", a))];
        var list = await api.GetAsync("devices", fields, DeviceList.Parser, new Subject("Devices"), cancellationToken);
        return [.. list.Devices.Select(CatalogRecords.Of)];
    }

    private static string Words(DeviceQuery query) =>
        PlainLine.Of(string.Join(", ", new[] { query.Name, query.Os }.Concat(query.Attributes).Where(w => w.Length > 0)));
}
