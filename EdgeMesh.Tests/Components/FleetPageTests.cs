using Bunit;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components;

public sealed class FleetPageTests : MeshPages
{
    [Fact]
    public void NoDevice_TeachesTheNextStep()
    {
        var page = Page<FleetPage>();
        Assert.Contains("No device yet", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-device]"));
        Assert.Empty(page.FindAll(".attn"));
    }

    [Fact]
    public void OwnDeviceStillStarts_ShowsSkeletons()
    {
        Options.EmbeddedDevice = true;
        var page = Page<FleetPage>();
        Assert.Equal("true", page.Find(".devgrid").GetAttribute("aria-busy"));
        Assert.NotEmpty(page.FindAll(".sk"));
    }

    [Fact]
    public void OnlyThisComputer_SaysSoAndOffersMore()
    {
        var here = Samples.Device("This computer");
        Fleet.LocalDevice = here.Id;
        Fleet.Publish(here);
        var page = Page<FleetPage>();
        Assert.Contains("Only this computer so far", page.Markup, StringComparison.Ordinal);
        Assert.StartsWith("One device, online. Nothing runs. 20.9 GB of RAM free.", page.Find(".phead p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_ShowsOnlyWhatIsTrue()
    {
        Fleet.Publish(Samples.Device());
        var card = Page<FleetPage>().Find("[data-device='Mini PC']");
        Assert.Equal(["NPU absent", "GPU detected", "CPU detected"], card.QuerySelectorAll(".em-acc").Select(b => b.TextContent.Trim()));
        Assert.Contains("Idle", card.QuerySelector(".em-state")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("20.9 GB", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("Built-in summariser", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("52 °C", card.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("battery", card.TextContent, StringComparison.Ordinal);
        Assert.Equal($"/devices/{Samples.DeviceIdOf("Mini PC")}", card.QuerySelector("h2 a")!.GetAttribute("href"));
    }

    [Fact]
    public void ProvenAccelerator_SaysHowLongAgo()
    {
        var profile = Samples.Profile();
        var proven = new Accelerator(AcceleratorKind.NPU, "Hexagon", AcceleratorStatus.Proven, Samples.Now.AddMinutes(-12), new MeasuredSpeed(31.2, "TOPS"), "canary");
        Fleet.Publish(Samples.Device() with { Profile = profile with { Accelerators = [proven] } });
        var badge = Page<FleetPage>().Find(".em-acc.npu.proven");
        Assert.Equal("12 min", badge.QuerySelector(".age")!.TextContent);
    }

    [Fact]
    public void NoTelemetryYet_SaysUnknownInTheSameSlots()
    {
        Fleet.Publish(Samples.Device() with { Telemetry = null, Profile = null, Runtimes = [], RuntimesLoaded = false, LoadHistory = [] });
        var card = Page<FleetPage>().Find("[data-device]");
        Assert.Equal(2, card.QuerySelectorAll(".em-meter").Length);
        Assert.Contains("unknown", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("Its runtimes are starting.", card.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Busy_ShowsTheJobAndWhatIsLeftByPrediction()
    {
        var running = new RunningAttempt(new AttemptId(Samples.NewJobId(), new TaskId(1), 1), JobKind.Summarize, "The tidal mill", "textrank", Samples.Now.AddSeconds(-4), 10_000);
        Fleet.Publish(Samples.Device() with { Running = [running] });
        var now = Page<FleetPage>().Find(".now");
        Assert.Contains("The tidal mill", now.TextContent, StringComparison.Ordinal);
        Assert.Contains("6 s left", now.TextContent, StringComparison.Ordinal);
        Assert.Contains("width:40%", now.QuerySelector(".em-bar i")!.GetAttribute("style"), StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_IsGreyedNeedsAttentionAndKeepsItsLastFigures()
    {
        Fleet.Publish(Samples.Device(), Samples.Device("Shelf", 1, DeviceState.Lost));
        var page = Page<FleetPage>();
        Assert.Contains("off", page.Find("[data-device='Shelf']").ClassList);
        Assert.Contains("last known", page.Find("[data-device='Shelf']").TextContent, StringComparison.Ordinal);
        Assert.Equal("1", page.Find(".attn .ttl .num").TextContent);
        Assert.Contains("Shelf has been lost for 40 s.", page.Find(".attn").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("off", page.Find("[data-device='Mini PC']").ClassList);
    }

    [Fact]
    public void RuntimeDown_NeedsAttentionWithItsCause()
    {
        Fleet.Publish(Samples.Device() with { Runtimes = [Samples.BuiltIn, Samples.Ollama with { State = RuntimeState.Down, Reason = "Nothing listens at 127.0.0.1:11434. Start Ollama." }] });
        Assert.Contains("Mini PC cannot use Ollama. Nothing listens at 127.0.0.1:11434.", Page<FleetPage>().Find(".attn").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void LastSeen_TicksWithTheClock()
    {
        Fleet.Publish(Samples.Device("Shelf", 0, DeviceState.Suspect));
        var page = Page<FleetPage>();
        Assert.Equal("1 s ago", page.Find(".em-state .ago").TextContent);
        Time.Advance(TimeSpan.FromSeconds(2));
        page.WaitForAssertion(() => Assert.Equal("3 s ago", page.Find(".em-state .ago").TextContent));
    }

    [Fact]
    public void ANewDevice_AppearsLiveInJoinOrder()
    {
        Fleet.Publish(Samples.Device());
        var page = Page<FleetPage>();
        Fleet.Publish(Samples.Device(), Samples.Device("Phone", 1));
        page.WaitForAssertion(() => Assert.Equal(["Mini PC", "Phone"], page.FindAll("[data-device]").Select(c => c.GetAttribute("data-device"))));
        Assert.Contains("Two of two devices online", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_Refused_SaysWhy()
    {
        Fleet.Publish(Samples.Device(state: DeviceState.Draining));
        Fleet.Refusal = new Problem("busy", "It cannot be resumed.", "Its record is locked.", "Try again.");
        var page = Page<FleetPage>();
        Button(page, "Resume").Click();
        Assert.Contains("Mini PC was not resumed. It cannot be resumed.", Toast(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposed_LeavesNoSubscriber()
    {
        Page<FleetPage>();
        Assert.Equal(1, Fleet.SubscriberCount);
        await DisposeComponentsAsync();
        Assert.Equal(0, Fleet.SubscriberCount);
    }
}
