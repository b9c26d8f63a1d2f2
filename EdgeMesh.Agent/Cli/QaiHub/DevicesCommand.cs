using System.CommandLine;
using EdgeMesh.QaiHub.Catalog;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub devices</c>: the catalogue.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var search = new Argument<string?>("search") { Description = "Words that chip, name or attributes must contain; the best match comes first.", Arity = ArgumentArity.ZeroOrOne };
        var (profile, os, attribute) = (CommonOptions.Profile(), CommonOptions.Os(), CommonOptions.Attribute());
        var command = new Command("devices", "Lists the devices that models can be compiled for.") { search, os, attribute, profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(
            parsed.GetValue(profile),
            session => RunAsync(session, parsed.GetValue(search) ?? "", parsed.GetValue(os) ?? "", parsed.GetValue(attribute) ?? [], cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(HubSession session, string search, string os, string[] attributes, CancellationToken cancellationToken)
    {
        var devices = await session.Client.Catalog.GetDevicesAsync(new DeviceQuery("", os, [.. attributes]), cancellationToken);
        var fitting = DeviceSearch.Find(devices, search);
        TextTable.Print(
            ["NAME", "OS", "CHIPSET", "HEXAGON", "FP16", "FRAMEWORKS"],
            fitting.Select(d => (string[])[d.Name, $"{d.OsFamily} {d.Os}".Trim(), d.Chipsets.FirstOrDefault() ?? "", d.Hexagon ?? "", d.SupportsFp16 ? "yes" : "no", string.Join(",", d.Frameworks)]));
        HubSession.Say($"{fitting.Length} of {devices.Length} devices.");
        return 0;
    }
}
