using Bunit;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Attention;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

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
        Assert.Equal($"devices/{Samples.DeviceIdOf("Mini PC")}", card.QuerySelector("h2 a")!.GetAttribute("href"));
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
    public void OneCauseOnManyDevices_IsOneRow()
    {
        var down = Samples.Ollama with { State = RuntimeState.Down, Reason = "Nothing listens at 127.0.0.1:11434. Start Ollama." };
        Fleet.Publish([.. Enumerable.Range(0, 9).Select(i => Samples.Device($"Board {i}", i) with { Runtimes = [Samples.BuiltIn, down] }), Samples.Device("Shelf", 9, DeviceState.Lost), Samples.Device("Attic", 10, DeviceState.Lost)]);
        var rows = Page<FleetPage>().FindAll(".attn .it p").Select(r => string.Join(' ', r.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(
            [
                "Shelf and Attic have been lost, the longest for 40 s. No beat for 40 s; the link is closed.",
                "Board 0, Board 1, Board 2, Board 3, Board 4, Board 5 and 3 more cannot use Ollama. Nothing listens at 127.0.0.1:11434. Start Ollama.",
            ],
            rows);
    }

    [Fact]
    public async Task Attention_Dismissed_StaysAwayUntilItsCauseComesAnew()
    {
        var down = Samples.Device() with { Runtimes = [Samples.Ollama with { State = RuntimeState.Down, Reason = "Nothing listens there." }] };
        using var watch = new AttentionWatch(Fleet, Dismissals, Time, Samples.Steadiness(Options.DataDirectory, Time));
        await watch.StartAsync(CancellationToken.None);
        Fleet.Publish(down);
        var page = Page<FleetPage>();
        Do(page, () => page.Find(".attn button").Click());
        Assert.Empty(page.FindAll(".attn"));

        Fleet.Publish(down with { Telemetry = Samples.Telemetry() with { RamFreeMb = 9 } });
        Time.Advance(AttentionWatch.Patience);
        await Until.TrueAsync("the new figures to be seen", () =>
        {
            Time.Advance(TimeSpan.FromSeconds(2));
            return page.Markup.Contains("9 MB", StringComparison.Ordinal);
        });
        Assert.Empty(page.FindAll(".attn"));

        Fleet.Publish(Samples.Device());
        await Until.TrueAsync("the dismissal to be forgotten", () =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return Dismissals.Current.IsEmpty;
        });
        Fleet.Publish(down);
        await Until.TrueAsync("the row to be back", () =>
        {
            // The page draws at a pace of this clock.
            Time.Advance(TimeSpan.FromSeconds(1));
            return page.FindAll(".attn").Count > 0;
        });
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void Attention_JoinedAndNeverOnline_SaysWhatToDoOnce()
    {
        Fleet.Publish(Samples.Device(state: DeviceState.Lost) with { LastSeen = null, StateReason = "It has not been online since the dashboard started." });
        Assert.EndsWith("Mini PC has joined and was never online. Start the agent there.", string.Join(' ', Page<FleetPage>().Find(".attn p").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Attention_CauseGone_ClearsItself()
    {
        Fleet.Publish(Samples.Device(state: DeviceState.Lost));
        var page = Page<FleetPage>();
        page.WaitForElement(".attn");
        Fleet.Publish(Samples.Device());
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".attn")));
    }

    [Fact]
    public void OwnEnginesAndModels_ComeBeforeWhatEveryAgentBrings()
    {
        var toys = Samples.BuiltIn with { Id = "onnx-cpu", Name = "ONNX Runtime, CPU", Models = [new ModelInfo("wordnet-chat", [Skill.Chat], QualityTier: 0)] };
        Fleet.Publish(Samples.Device() with { Runtimes = [Samples.BuiltIn, Samples.SystemRuntime, toys, Samples.Ollama] });
        var chips = Page<FleetPage>().FindAll("[data-device] .models .em-tag").Select(c => c.TextContent.Trim());
        Assert.Equal(["Ollama", "llama3.2:3b", "+5"], chips);
    }

    [Fact]
    public void EmbeddedDevice_IsCalledThisComputer()
    {
        var here = Samples.Device("vm");
        Fleet.LocalDevice = here.Id;
        Fleet.Publish(here, Samples.Device("Other", 1));
        var page = Page<FleetPage>();
        Assert.Contains("This computer", page.Find("[data-device='vm'] .top").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("This computer", page.Find("[data-device='Other'] .top").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beats_WithoutNews_AreNotRenderedOneByOne()
    {
        Fleet.Publish(Samples.Device());
        var page = Page<FleetPage>();
        var renders = page.RenderCount;
        for (var beat = 0; beat < 20; beat++)
        {
            Fleet.Publish(Samples.Device() with { Telemetry = Samples.Telemetry() with { RamFreeMb = 1_000 * beat } });
        }

        Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(renders, page.RenderCount);
        await Until.TrueAsync("the new figures to be seen", () =>
        {
            Time.Advance(TimeSpan.FromSeconds(2));
            return page.Markup.Contains("18.6 GB", StringComparison.Ordinal);
        });

        Fleet.Publish(Samples.Device(state: DeviceState.Suspect));
        page.WaitForAssertion(() => Assert.Contains("Suspect", page.Markup, StringComparison.Ordinal));
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
        Press(page, "Resume");
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
