using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Components.Layout;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class MainLayoutTests : MeshPages
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Rail_MarksThePageAndItsThings()
    {
        var layout = Open("/");
        Assert.Equal("Fleet", layout.Find(".rail [aria-current=page]").TextContent.Trim());
        Navigation.NavigateTo($"/devices/{Samples.DeviceIdOf("Mini PC")}");
        Assert.Equal("Fleet", layout.Find(".rail [aria-current=page]").TextContent.Trim());
        Navigation.NavigateTo($"/jobs/{Samples.NewJobId()}");
        Assert.Equal("Jobs", layout.Find(".bottombar [aria-current=page]").TextContent.Trim());
    }

    [Fact]
    public void Landmarks_AreThereWithTheirNames()
    {
        var layout = Open("/");
        Assert.Equal("#main", new Uri(new Uri(Navigation.BaseUri), layout.Find("a.skip").GetAttribute("href")!).Fragment);
        Assert.NotNull(layout.Find("main#main"));
        Assert.Equal(["Skip", "Main", "Breadcrumbs", "Pages", "More pages"], layout.FindAll("nav").Select(n => n.GetAttribute("aria-label")));
    }

    [Fact]
    public void Crumbs_NameTheDevice()
    {
        Fleet.Publish(Samples.Device());
        var layout = Open($"/devices/{Samples.DeviceIdOf("Mini PC")}");
        Assert.Equal("Mini PC", layout.Find(".crumbs b").TextContent);
    }

    [Fact]
    public void Foot_CountsTheLinkedDevicesLive()
    {
        var layout = Open("/");
        Assert.Contains("No device yet", layout.Find(".foot").TextContent, StringComparison.Ordinal);
        Fleet.Publish(Samples.Device(), Samples.Device("Shelf", 1, EdgeMesh.Core.Devices.DeviceState.Lost));
        layout.WaitForAssertion(() => Assert.Contains("1 of 2", layout.Find(".foot").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void APageThatBreaks_SaysSoAndTheNextPageWorks()
    {
        var layout = Open("/", broken: true);
        Assert.Contains("This page broke", layout.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Navigation.NavigateTo("/settings");
        layout.WaitForAssertion(() => Assert.Contains("Settings", layout.Find(".rail [aria-current=page]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Palette_FindsADeviceAndGoesThere()
    {
        var device = Samples.Device();
        Fleet.Publish(device);
        var layout = Open("/settings");
        Do(layout, () => layout.Find("button.cmd").Click());
        var palette = layout.FindComponent<MudBlazor.MudDialogProvider>();
        palette.WaitForElement(".pal-i");
        Do(palette, () => palette.Find("input").Input("mini"));
        palette.WaitForAssertion(() => Assert.Equal(["Mini PC", "Drain Mini PC"], palette.FindAll(".pal-i .ell:first-of-type").Select(e => e.TextContent)));
        Do(palette, () => palette.Find("input").KeyDown("Enter"));
        Assert.EndsWith($"/devices/{device.Id}", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Palette_ArrowsMoveAndNothingFitsIsSaid()
    {
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, title: "The tidal mill"));
        var layout = Open("/");
        Do(layout, () => layout.Find("button.cmd").Click());
        var palette = layout.FindComponent<MudBlazor.MudDialogProvider>();
        palette.WaitForElement(".pal-i");
        Assert.Contains("The tidal mill", palette.Markup, StringComparison.Ordinal);
        Do(palette, () => palette.Find("input").KeyDown("ArrowDown"));
        Assert.Equal("palette-1", palette.Find("[aria-selected=true]").Id);
        Do(palette, () => palette.Find("input").KeyDown("ArrowUp"));
        Do(palette, () => palette.Find("input").KeyDown("ArrowUp"));
        Assert.Equal("palette-" + (palette.FindAll(".pal-i").Count - 1), palette.Find("[aria-selected=true]").Id);
        Do(palette, () => palette.Find("input").Input("zzz"));
        palette.WaitForAssertion(() => Assert.Contains("Nothing fits", palette.Find("[role=status]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Palette_DrainsTheDevice_AndSaysWhenItCouldNot()
    {
        var device = Samples.Device();
        Fleet.Publish(device);
        var layout = Open("/");
        Do(layout, () => layout.Find("button.cmd").Click());
        var palette = layout.FindComponent<MudBlazor.MudDialogProvider>();
        palette.WaitForElement(".pal-i");
        Do(palette, () => palette.Find("input").Input("drain"));
        palette.WaitForAssertion(() => Assert.Contains("Drain Mini PC", palette.Find(".pal-i").TextContent, StringComparison.Ordinal));
        Do(palette, () => palette.Find("input").KeyDown("Enter"));
        layout.WaitForAssertion(() => Assert.Equal([$"drain {device.Id}"], Fleet.Commands));
        layout.WaitForAssertion(() => Assert.Contains("Mini PC is draining.", layout.Markup, StringComparison.Ordinal));

        Fleet.Refusal = new Problem("device_lost", "It is lost.", "No beat.", "Start its agent.");
        Do(layout, () => layout.Find("button.cmd").Click());
        palette.WaitForElement(".pal-i");
        Do(palette, () => palette.Find("input").Input("drain"));
        palette.WaitForAssertion(() => Assert.Contains("Drain Mini PC", palette.Find(".pal-i").TextContent, StringComparison.Ordinal));
        Do(palette, () => palette.Find("input").KeyDown("Enter"));
        layout.WaitForAssertion(() => Assert.Contains("Mini PC was not drained. It is lost. No beat. Start its agent.", layout.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Storage_ThatFails_IsSaidAboveThePage_UntilItWorks()
    {
        var layout = Open("/");
        Assert.Empty(layout.FindAll("main [role=alert]"));
        Storage.Publish(new StorageState(StorageCondition.Full, Samples.Now, new Problem("storage_full", "The disk is full.", "Nothing can be stored.", "Free space.")));
        layout.WaitForAssertion(() => Assert.Equal("The disk is full. Nothing can be stored. Free space.", string.Join(' ', layout.FindAll("main [role=alert] b, main [role=alert] p").Select(e => e.TextContent))));
        Storage.Publish(new StorageState(StorageCondition.Ok, Samples.Now, null));
        layout.WaitForState(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            return layout.FindAll("main [role=alert]").Count == 0;
        });
    }

    [Fact]
    public async Task Disposed_LeavesNoSubscriber()
    {
        Open("/");
        Assert.Equal(1, Fleet.SubscriberCount);
        await DisposeComponentsAsync();
        Assert.Equal((0, 0), (Fleet.SubscriberCount, Storage.SubscriberCount));
    }

    private IRenderedComponent<MainLayout> Open(string address, bool broken = false)
    {
        Navigation.NavigateTo(address);
        RenderFragment body = builder =>
        {
            if (broken && Navigation.Uri.EndsWith('/'))
            {
                builder.OpenComponent<NotHere>(0);
                builder.AddAttribute(1, nameof(NotHere.Broken), true);
                builder.CloseComponent();
            }
        };
        return Render<MainLayout>(p => p.Add(l => l.Body, body));
    }

    private sealed class NotHere : ComponentBase
    {
        [Parameter]
        public bool Broken { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            if (Broken)
            {
                throw new InvalidOperationException("A fault of a page.");
            }
        }
    }
}
