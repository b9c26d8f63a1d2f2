using Bunit;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Features.QaiHub;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Zoo;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class ZooPagesTests : MeshPages
{
    private static readonly DeviceSnapshot s_laptop = Samples.Device("Surface") with { Profile = Samples.Profile() with { CpuModel = "Snapdragon(R) X Elite - X1E80100" } };

    public ZooPagesTests()
    {
        Services.AddSingleton(new QaiHubOptions());
        Services.AddSingleton<IModelZoo, ModelZoo>();
    }

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Zoo_NoAccount_ShowsAllModelsAndMarksThoseOfTheMesh()
    {
        Fleet.Publish(s_laptop);
        var page = Page<ZooPage>();
        page.WaitForAssertion(() => Assert.Equal(ZooFacts.Models.Length, page.FindAll("tr[data-model]").Count));
        Assert.Contains("chip in your mesh", page.Find("tr[data-model='whisper_base']").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("chip in your mesh", page.Find("tr[data-model='baichuan2_7b']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Zoo_WithTheEmulator_FiguresAreStillQualcomms()
    {
        Hub.Publish(HubSnapshot.Empty with { Connection = new HubConnection(new HubStatus(HubSource.Emulator, true, new HubUser(1, "Ada", "ada@example.org"), []), "https://hub.example", Samples.Now) });
        var page = Page<ZooPage>();
        Assert.DoesNotContain("not from Qualcomm AI Hub", page.Markup, StringComparison.Ordinal);
        Assert.Contains("published for release 0.47.0", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Zoo_Filters_AreInTheAddress_AndGoAlongToTheModel()
    {
        Fleet.Publish(s_laptop);
        var page = Page<ZooPage>();
        page.WaitForElement("select[aria-label='Chip']");
        Do(page, () => page.Find("select[aria-label='Chip']").Change("qualcomm-snapdragon-x-elite"));
        Press(page, "Speech to text" + page.FindAll(".chip").First(c => c.TextContent.StartsWith("Speech to text", StringComparison.Ordinal)).QuerySelector(".num")!.TextContent);
        page.WaitForAssertion(() => Assert.All(page.FindAll("tr[data-model]"), row => Assert.StartsWith("whisper", row.GetAttribute("data-model"), StringComparison.Ordinal)));
        Assert.Contains("task=Speech", Navigation.Uri, StringComparison.Ordinal);
        Assert.Contains("chipset=qualcomm-snapdragon-x-elite", page.Find("tr[data-model='whisper_base'] a").GetAttribute("href"), StringComparison.Ordinal);

        Navigation.NavigateTo("/qaihub/zoo?search=nothing+like+it");
        page.WaitForAssertion(() => Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Model_ChipsOfTheMeshFirst_ThenByTime()
    {
        Fleet.Publish(s_laptop);
        var page = Page<ZooModelPage>(p => p.Add(m => m.Id, "mobilenet_v2"));
        page.WaitForAssertion(() => Assert.EndsWith("qualcomm-snapdragon-x-elite", page.FindAll("tr[data-build]")[0].GetAttribute("data-build"), StringComparison.Ordinal));
        Press(page, "Show all 111");
        Assert.Equal(111, page.FindAll("tr[data-build]").Count);
    }

    [Fact]
    public void Model_Unknown_SaysSo() => Assert.Contains("There is no such model in the zoo", Page<ZooModelPage>(p => p.Add(m => m.Id, "nothing")).Markup, StringComparison.Ordinal);

    [Fact]
    public void Get_SaysAddressAndWhyEachDeviceFits_AndFetches()
    {
        Fleet.Publish(s_laptop, Samples.Device("Desk", 1));
        Navigation.NavigateTo("/qaihub/zoo/whisper_base?runtime=precompiled_qnn_onnx&chipset=qualcomm-snapdragon-x-elite");
        var page = Page<ZooModelPage>(p => p.Add(m => m.Id, "whisper_base"));
        Press(page, "Get Whisper-Base for Snapdragon X Elite as Precompiled ONNX, float");
        var dialog = Dialog();
        dialog.WaitForAssertion(() => Assert.Contains("releases/v0.47.0/whisper_base-precompiled_qnn_onnx-float-qualcomm_snapdragon_x_elite.zip", dialog.Markup, StringComparison.Ordinal));
        Assert.Contains("Compiled for qualcomm-snapdragon-x-elite", dialog.Find("[data-fits='false']").TextContent, StringComparison.Ordinal);

        Do(dialog, () => dialog.Find("#zg-release").Input("0.62.2"));
        Press(dialog, "Get it on Surface");
        dialog.WaitForAssertion(() => Assert.Single(Models.Installed));
        Assert.True(Models.Installed.TryPeek(out var order));
        Assert.Contains("/releases/v0.62.2/", Assert.IsType<ModelSource.Url>(order.Source).Address, StringComparison.Ordinal);
        dialog.WaitForAssertion(() => Assert.EndsWith("/models", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Get_WrongAddress_IsSaidAndNothingStarts()
    {
        Fleet.Publish(s_laptop);
        Navigation.NavigateTo("/qaihub/zoo/whisper_base?runtime=precompiled_qnn_onnx&chipset=qualcomm-snapdragon-x-elite");
        var page = Page<ZooModelPage>(p => p.Add(m => m.Id, "whisper_base"));
        Press(page, "Get Whisper-Base for Snapdragon X Elite as Precompiled ONNX, float");
        var dialog = Dialog();
        dialog.WaitForElement("#zg-address");
        Do(dialog, () => dialog.Find("#zg-address").Input("ftp://example.org/x.zip"));
        Press(dialog, "Get it on Surface");
        dialog.WaitForAssertion(() => Assert.Contains("It does not begin with https://.", dialog.Find("[role='alert']").TextContent, StringComparison.Ordinal));
        Assert.Empty(Models.Installed);
    }
}
