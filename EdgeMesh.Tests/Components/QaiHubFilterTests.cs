using Bunit;
using Bunit.TestDoubles;
using EdgeMesh.Dashboard.Features.QaiHub;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

/// <summary>Searching and filtering the lists of QAI Hub, and their addresses.</summary>
public sealed class QaiHubFilterTests : MeshPages
{
    private static readonly ImmutableArray<HubDevice> s_devices = [.. DeviceCatalogue.All.Select(d => CatalogRecords.Of(d.ToWire()))];

    public QaiHubFilterTests()
    {
        Services.AddSingleton(new QaiHubOptions());
        Hub.Publish(HubSnapshot.Empty with
        {
            Connection = new HubConnection(new HubStatus(HubSource.Service, true, new HubUser(1, "Ada", "ada@example.org"), []), "https://hub.example", Samples.Now),
            Catalogue = new HubCatalogue(s_devices, Samples.Now, null),
            Models = new HubModelList([Model("mmaaaaaam", "net.onnx", null), Model("mmbbbbbbm", "net_optimized.dlc", "j5abcdef5")], 2, Samples.Now, null),
            Jobs = new HubJobList([new TrackedJob("jone", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Name = "one" }, new TrackedJob("jtwo", HubJobKind.Profile, HubJobState.Failed, Samples.Now) { Name = "two" }], Samples.Now, null),
        });
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private string Query => new Uri(Navigation.Uri).Query;

    [Fact]
    public void Devices_SearchedFor_BestMatchIsTheFirstRow()
    {
        var page = Page<HubDevicesPage>();
        page.WaitForElement("input[data-search]");
        Do(page, () => page.Find("input[data-search]").Input("x elite"));
        page.WaitForAssertion(() => Assert.Equal("Snapdragon X Elite CRD|11", page.FindAll("tr[data-device]")[0].GetAttribute("data-device")));
    }

    [Fact]
    public void Picker_SearchedFor_BestMatchIsTheFirstOfItsHits()
    {
        // What the mesh has must not push the match away.
        Hub.Mesh = d => d.Name.Contains("S25", StringComparison.Ordinal) ? [new HubMeshDevice(Samples.Device("Phone").Id, "Phone", 0)] : [];
        var page = Page<HubCompilePage>();
        page.WaitForElement("#qc-device");
        Do(page, () => page.Find("#qc-device").Input("x elite"));
        page.WaitForAssertion(() => Assert.Equal("Snapdragon X Elite CRD|11", page.FindAll("#qc-hits button")[0].GetAttribute("data-device")));
    }

    [Fact]
    public void Devices_AddressWithFilters_ShowsThem()
    {
        Navigation.NavigateTo("/qaihub?search=s24&format=phone&hexagon=v75%2B&fp16=true");
        var page = Page<HubDevicesPage>();
        page.WaitForAssertion(() => Assert.StartsWith("4 of 79 devices", page.Find(".ft").TextContent, StringComparison.Ordinal));
        Assert.Equal("s24", page.Find("input[data-search]").GetAttribute("value"));
    }

    [Theory]
    [InlineData("/qaihub?fp16=maybe&hexagon=new")]
    [InlineData("/qaihub?search=%20")]
    public void Devices_AddressThatCannotBeRead_FiltersNothing(string address)
    {
        Navigation.NavigateTo(address);
        var page = Page<HubDevicesPage>();
        page.WaitForAssertion(() => Assert.StartsWith("79 of 79 devices", page.Find(".ft").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Devices_ChipsAndTyping_AreInTheAddress_AndBackUndoesThem()
    {
        var page = Page<HubDevicesPage>();
        page.WaitForElement("input[data-search]");
        Press(page, "IoT6");
        page.WaitForAssertion(() => Assert.Equal("?format=iot", Query));
        Do(page, () => page.Find("input[data-search]").Input("r"));
        Do(page, () => page.Find("input[data-search]").Input("rb3"));
        Assert.Equal("?format=iot", Query);
        Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Equal("?search=rb3&format=iot", Sorted(Query)));
        Assert.True(((BunitNavigationManager)Navigation).History.First().Options.ReplaceHistoryEntry);

        Navigation.NavigateTo("/qaihub");
        page.WaitForAssertion(() => Assert.StartsWith("79 of 79 devices", page.Find(".ft").TextContent, StringComparison.Ordinal));

        static string Sorted(string query) => "?" + string.Join('&', query.TrimStart('?').Split('&').OrderDescending());
    }

    [Fact]
    public void Jobs_Filters_AreInTheAddress_AndBackUndoesThem()
    {
        var page = Page<HubJobsPage>();
        Press(page, "Failed1");
        page.WaitForAssertion(() => Assert.Equal(["jtwo"], page.FindAll("[data-job]").Select(j => j.GetAttribute("data-job"))));
        Assert.Equal("?state=failed", Query);

        Navigation.NavigateTo("/qaihub/jobs?kind=compile");
        page.WaitForAssertion(() => Assert.Equal(["jone"], page.FindAll("[data-job]").Select(j => j.GetAttribute("data-job"))));
        Navigation.NavigateTo("/qaihub/jobs?kind=99&state=burning");
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("[data-job]").Count));
    }

    [Fact]
    public void Models_Filters_AreInTheAddress_AndBackUndoesThem()
    {
        var page = Page<HubModelsPage>();
        Press(page, "Created by jobs1");
        page.WaitForAssertion(() => Assert.Equal(["mmbbbbbbm"], page.FindAll("[data-model]").Select(m => m.GetAttribute("data-model"))));
        Assert.Equal("?from=job", Query);

        Navigation.NavigateTo("/qaihub/models?search=NET.onnx");
        page.WaitForAssertion(() => Assert.Equal(["mmaaaaaam"], page.FindAll("[data-model]").Select(m => m.GetAttribute("data-model"))));
        Do(page, () => page.Find("input[data-search]").Input("nothing like it"));
        page.WaitForAssertion(() => Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal));
    }

    private static HubModel Model(string id, string name, string? producer) => new(id, name, ModelType.Onnx, Samples.Now, producer, null, true, false, []);
}
