using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Catalog;

/// <summary>The service's users and devices as records.</summary>
internal static class CatalogRecords
{
    public static HubUser Of(User user) => new(user.Id, PlainLine.Of($"{user.FirstName} {user.LastName}"), user.Email);

    public static HubDevice Of(Device device) => new(device.Name, device.Os, [.. device.Attributes], device.SocDescription);
}
