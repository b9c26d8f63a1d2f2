using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Components.Layout.Palette;

/// <summary>Everything that the command palette knows besides the jobs: pages, kinds of jobs, devices, models, commands. Pure.</summary>
public static class PaletteCatalogue
{
    private const string Pages = "Pages";
    private const string NewJob = "New job";
    private const string Commands = "Commands";

    private static readonly ImmutableArray<PaletteEntry> s_pages =
    [
        new(Pages, "New job", "N", "plus", new PaletteAction.Go("/new"), "run start create"),
        .. NavPage.All.Select(p => new PaletteEntry(Pages, p.Name, "", p.Icon, new PaletteAction.Go(p.Path), p.Words)),
        .. NavPage.Hub.Select(p => new PaletteEntry(Pages, $"QAI Hub: {p.Name.ToLowerInvariant()}", "", "qaihub", new PaletteAction.Go(p.Path), "qualcomm ai hub " + p.Words, OnlySearched: true)),
        .. NavPage.Settings.Select(p => new PaletteEntry(Pages, $"Settings: {p.Name}", "", p.Icon, new PaletteAction.Go(p.Path), p.Words, OnlySearched: true)),
        new(Pages, "Running jobs", "", "jobs", new PaletteAction.Go("/jobs?state=Running"), "active", OnlySearched: true),
        new(Pages, "Failed jobs", "", "jobs", new PaletteAction.Go("/jobs?state=Failed"), "errors", OnlySearched: true),
    ];

    private static readonly ImmutableArray<PaletteEntry> s_kinds =
    [
        Kind("Summarize a text", "summarize", "summary article"),
        Kind("Chat", "chat", "ask question message answer"),
        Kind("Write code", "code", "program function"),
        Kind("Make an image", "image", "picture draw paint"),
        Kind("System info of every device", "sysinfo", "hardware"),
        new(NewJob, "Measure a model", "", "onnx", new PaletteAction.Go("/models"), "onnx run benchmark latency", OnlySearched: true),
    ];

    private static readonly ImmutableArray<PaletteEntry> s_commands =
    [
        new(Commands, "Add a device", "", "qr", new PaletteAction.AddDevice(), "join token connect"),
        new(Commands, "Dark theme", "", "moon", new PaletteAction.Theme("dark"), "night"),
        new(Commands, "Light theme", "", "sun", new PaletteAction.Theme("light"), "day"),
        new(Commands, "Theme of the system", "", "screen", new PaletteAction.Theme("system"), "automatic"),
        new(Commands, "Sign out", "", "leave", new PaletteAction.SignOut(), "log out logout leave end session"),
    ];

    /// <summary>All entries, in the order in which they are shown before anything is typed.</summary>
    public static ImmutableArray<PaletteEntry> Of(FleetSnapshot fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return
        [
            .. s_pages,
            .. s_kinds,
            .. fleet.Devices.Select(d => new PaletteEntry("Devices", d.Name, DeviceLook.State(d).Word, DeviceLook.Icon(d), new PaletteAction.Go($"/devices/{d.Id}"), d.Id.Short)),
            .. Models(fleet),
            .. s_commands,
            .. fleet.Devices.Where(d => d.State is DeviceState.Online or DeviceState.Draining).Select(Drain),
        ];
    }

    private static PaletteEntry Kind(string name, string kind, string words) => new(NewJob, name, "", kind, new PaletteAction.Go($"/new?kind={kind}"), $"{words} {kind} new job", OnlySearched: true);

    private static PaletteEntry Drain(DeviceSnapshot device) => device.State == DeviceState.Draining
        ? new(Commands, $"Resume {device.Name}", "takes work again", "rerun", new PaletteAction.Drain(device.Id, device.Name, Resume: true), "undrain", OnlySearched: true)
        : new(Commands, $"Drain {device.Name}", "finishes what it has", "drain", new PaletteAction.Drain(device.Id, device.Name, Resume: false), "pause stop", OnlySearched: true);

    private static IEnumerable<PaletteEntry> Models(FleetSnapshot fleet) =>
        from device in fleet.Devices
        from model in device.Runtimes.SelectMany(r => r.Models).Where(m => !m.Skills.IsEmpty).Select(m => m.Id).Distinct()
        group device by model into places
        select new PaletteEntry(
            "Models", places.Key, places.Count() == 1 ? places.First().Name : $"on {places.Count()} devices", "models",
            new PaletteAction.Go($"/models?find={Uri.EscapeDataString(places.Key)}"), "", OnlySearched: true);
}
