using Bunit;
using Bunit.TestDoubles;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Dashboard.Features.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

/// <summary>Lists of devices and models, and what of their filters stands in the address.</summary>
public sealed class ListAddressTests : MeshPages
{
    private BunitNavigationManager Navigation => (BunitNavigationManager)Services.GetRequiredService<NavigationManager>();

    private string Query => new Uri(Navigation.Uri).Query;

    [Fact]
    public void Fleet_Typing_WritesTheAddressOnce_WhenItRests() => Typing<FleetPage>("/");

    [Fact]
    public void Models_Typing_WritesTheAddressOnce_WhenItRests() => Typing<ModelsPage>("/models");

    [Fact]
    public void Fleet_TypedAndLeft_LeavesTheOtherPagesAddressAlone()
    {
        var page = Open<FleetPage>("/");
        Do(page, () => page.Find("input[data-search]").Input("nord"));
        Navigation.NavigateTo("/jobs");
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("/jobs", new Uri(Navigation.Uri).PathAndQuery);
    }

    [Fact]
    public void Fleet_Choices_AreStepsForBack()
    {
        var page = Open<FleetPage>("/?view=list");
        Do(page, () => page.Find("select[aria-label='Which devices']").Change(nameof(FleetShow.Trouble)));
        Do(page, () => page.Find(".fl-load button").Click());
        Do(page, () => page.Find(".fl-load button").Click());
        Assert.Equal("?view=list&show=Trouble&sort=Load&reversed=true", Query);
        Assert.Equal("ascending", page.Find(".fl-load").GetAttribute("aria-sort"));
        Assert.All(Navigation.History.Take(3), step => Assert.False(step.Options.ReplaceHistoryEntry));

        Navigation.NavigateTo("/?view=list");
        page.WaitForAssertion(() => Assert.Equal(6, page.FindAll(".fl-row").Count));
        Assert.Null(page.Find(".fl-load").GetAttribute("aria-sort"));
    }

    [Fact]
    public void Models_Choices_AreInTheAddress_AndBackUndoesThem()
    {
        var page = Open<ModelsPage>("/models");
        Do(page, () => page.Find("select[aria-label=Skill]").Change("Code"));
        Do(page, () => page.Find("select[aria-label=Order]").Change(nameof(ModelSort.Size)));
        Assert.Equal("?skill=Code&sort=Size", Query);
        Navigation.NavigateTo("/models?skill=Chat&sort=99");
        page.WaitForAssertion(() => Assert.Equal("Chat", page.Find("select[aria-label=Skill]").GetAttribute("value")));
        Assert.Equal("Quality", page.Find("select[aria-label=Order]").GetAttribute("value"));
    }

    private void Typing<TPage>(string path)
        where TPage : IComponent
    {
        var page = Open<TPage>(path);
        Do(page, () => page.Find("input[data-search]").Input("no"));
        Do(page, () => page.Find("input[data-search]").Input("nord "));
        Assert.Equal("", Query);
        Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Equal("?find=nord%20", Query));
        Assert.True(Navigation.History.First().Options.ReplaceHistoryEntry);

        // The echo does not take the space away that the next word needs.
        Assert.Equal("nord ", page.Find("input[data-search]").GetAttribute("value"));
    }

    private IRenderedComponent<IComponent> Open<TPage>(string path)
        where TPage : IComponent
    {
        DeviceSnapshot[] devices = [.. Enumerable.Range(0, 6).Select(i => Samples.Device(i == 3 ? "Nord" : $"Device {i}", i) with { State = i == 3 ? DeviceState.Lost : DeviceState.Online, Runtimes = [Samples.Ollama] })];
        Fleet.Publish(devices);
        Models.Publish(ModelsSnapshot.Empty);
        Navigation.NavigateTo(path);
        var page = Page<TPage>();
        page.WaitForElement("input[data-search]");
        return (IRenderedComponent<IComponent>)page;
    }
}
