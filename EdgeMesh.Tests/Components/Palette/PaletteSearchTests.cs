using System.Reflection;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Components.Layout.Palette;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Tests.Components.Palette;

public sealed class PaletteSearchTests
{
    private static readonly FleetSnapshot s_fleet = Samples.Fleet(
        Samples.Device("Studio") with { Runtimes = [Samples.BuiltIn, Samples.Ollama] },
        Samples.Device("Küchen-PC", 1),
        Samples.Device("Shelf", 2, DeviceState.Draining),
        Samples.Device("Attic", 3, DeviceState.Lost));

    [Theory]
    // Commands and their other names.
    [InlineData("sign out", "Sign out")]
    [InlineData("log out", "Sign out")]
    [InlineData("logout", "Sign out")]
    [InlineData("drain studio", "Drain Studio")]
    [InlineData("studio drain", "Drain Studio")]
    [InlineData("pause studio", "Drain Studio")]
    [InlineData("resume", "Resume Shelf")]
    [InlineData("add", "Add a device")]
    [InlineData("add device", "Add a device")]
    [InlineData("dark", "Dark theme")]
    // Kinds of jobs.
    [InlineData("chat", "Chat")]
    [InlineData("summary", "Summarize a text")]
    [InlineData("summarize", "Summarize a text")]
    [InlineData("code", "Write code")]
    [InlineData("image", "Make an image")]
    [InlineData("picture", "Make an image")]
    [InlineData("sysinfo", "System info of every device")]
    [InlineData("system info", "System info of every device")]
    [InlineData("onnx", "Measure a model")]
    // Models, devices, pages and sections.
    [InlineData("llama", "llama3.2:3b")]
    [InlineData("llama3.2:3b", "llama3.2:3b")]
    [InlineData("kuchen", "Küchen-PC")]
    [InlineData("key", "Settings: API keys")]
    [InlineData("api keys", "Settings: API keys")]
    [InlineData("lan", "Settings: LAN access")]
    [InlineData("compile", "QAI Hub: compile")]
    [InlineData("hub jobs", "QAI Hub: jobs")]
    [InlineData("doctor", "QAI Hub: connection")]
    [InlineData("failed", "Failed jobs")]
    [InlineData("settings", "Settings")]
    [InlineData("jobs", "Jobs")]
    [InlineData("models", "Models")]
    // Slips: a letter too many, too few, another one, two swapped; and letters in order.
    [InlineData("setings", "Settings")]
    [InlineData("settngs", "Settings")]
    [InlineData("settigns", "Settings")]
    [InlineData("modles", "Models")]
    [InlineData("drian studio", "Drain Studio")]
    [InlineData("drain stduio", "Drain Studio")]
    [InlineData("sing out", "Sign out")]
    [InlineData("comiple", "QAI Hub: compile")]
    [InlineData("sumarize", "Summarize a text")]
    [InlineData("summraize", "Summarize a text")]
    [InlineData("appearence", "Settings: Appearance")]
    [InlineData("lama", "llama3.2:3b")]
    [InlineData("stngs", "Settings")]
    [InlineData("drk", "Dark theme")]
    public void Find_WhatPeopleType_IsFirst(string typed, string expected) => Assert.Equal(expected, Find(typed)[0].Name);

    [Theory]
    [InlineData("zzz")]
    [InlineData("drain attic")]
    [InlineData("resume studio")]
    [InlineData("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")]
    public void Find_WhatThereIsNot_IsNothing(string typed) => Assert.Empty(Find(typed));

    [Fact]
    public void Find_NothingTyped_ShowsPagesDevicesAndCommandsButNoCommandForEachThing()
    {
        var shown = Find("  ");
        Assert.Equal(["Pages", "Devices", "Commands"], shown.Select(e => e.Group).Distinct());
        Assert.DoesNotContain(shown, e => e.OnlySearched);
    }

    [Fact]
    public void Find_FiftyDevices_ShowsAFewOfEachGroup()
    {
        var fleet = Samples.Fleet([.. Enumerable.Range(1, 50).Select(i => Samples.Device($"Node {i:00}", i))]);
        var found = PaletteSearch.Find(PaletteCatalogue.Of(fleet), "node");
        Assert.Equal(["Devices", "Commands"], found.Select(e => e.Group).Distinct());
        Assert.All(found.GroupBy(e => e.Group), g => Assert.InRange(g.Count(), 1, 7));
        Assert.Equal("Node 42", PaletteSearch.Find(PaletteCatalogue.Of(fleet), "node 42")[0].Name);
    }

    [Fact]
    public void Catalogue_HasEveryPageOfTheDashboard()
    {
        var known = PaletteCatalogue.Of(s_fleet).Select(e => e.Action).OfType<PaletteAction.Go>().Select(g => g.Path.Split('?', '#')[0]).ToHashSet();
        var pages = typeof(App).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).Where(t => !t.Contains('{', StringComparison.Ordinal));
        Assert.Equal([], pages.Except(["/login", "/not-found"]).Except(known));
    }

    private static ImmutableArray<PaletteEntry> Find(string typed) => PaletteSearch.Find(PaletteCatalogue.Of(s_fleet), typed);
}
