using EdgeMesh.QaiHub.Emulator.Api.Wire;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf.WellKnownTypes;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary>Who one is, and what there is to choose from: user, devices, frameworks, status.</summary>
internal static class AccountApi
{
    public static void MapAccount(this RouteGroupBuilder api)
    {
        api.MapGet("/users/auth/user/", () => ProtobufBody.Of(EmulatorState.Me));
        api.MapGet("/status/", () => ProtobufBody.Of(new ServiceStatus { Message = "This is the EdgeMesh emulator of Qualcomm AI Hub." }));
        api.MapGet("/frameworks/", () => ProtobufBody.Of(Frameworks.ToWire()));
        api.MapGet("/devices/", ListDevices);

        // Later clients ask for this; an empty list of anything is an empty message.
        api.MapGet("/organizations/", () => ProtobufBody.Of(new Empty()));
        api.MapGet("/projects/", () => ProtobufBody.Of(Projects.ToWire()));
    }

    /// <summary>With <c>select=True</c> the one device that a job would run on; none at all is an empty list.</summary>
    private static IResult ListDevices(HttpRequest request)
    {
        string name = request.Query["name"].ToString();
        string os = request.Query["os"].ToString();
        string[] attributes = [.. request.Query["attributes"].OfType<string>().Where(a => a.Length > 0)];
        bool select = request.Query["select"].ToString() switch
        {
            "True" or "true" or "1" => true,
            "" or "False" or "false" or "0" => false,
            var other => throw new Refusal(StatusCodes.Status400BadRequest, $"'select' must be True or False, not '{other}'."),
        };
        List<CatalogueDevice> found = select
            ? DeviceCatalogue.Select(name, os, attributes) is { } one ? [one] : []
            : [.. DeviceCatalogue.Find(name, os, attributes)];
        return ProtobufBody.Of(new DeviceList { Devices = { found.Select(d => d.ToWire()) }, TotalQueryCount = (ulong)found.Count });
    }
}
