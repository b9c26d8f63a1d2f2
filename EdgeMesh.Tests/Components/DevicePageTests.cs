using Bunit;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Devices;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Models.Profiled;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class DevicePageTests : MeshPages
{
    private static readonly DeviceSnapshot MiniPc = Samples.Device();

    [Fact]
    public void UnknownId_SaysThereIsNone()
    {
        Fleet.Publish(MiniPc);
        Assert.Contains("There is no such device", Page<DevicePage>(p => p.Add(d => d.Id, "nonsense")).Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Contains("There is no such device", Page<DevicePage>(p => p.Add(d => d.Id, Samples.DeviceIdOf("Other").Value)).Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void FleetNotThereYet_ShowsASkeleton() => Assert.Equal("true", Page<DevicePage>(p => p.Add(d => d.Id, MiniPc.Id.Value)).Find(".phead").GetAttribute("aria-busy"));

    [Fact]
    public void Device_ShowsFactsWithTheirSourcesAndRuntimes()
    {
        var page = Open(MiniPc);
        Assert.Contains("Mini PC", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Equal(["Cores", "8 physical, 16 logical", "/proc/cpuinfo"], page.FindAll(".facts-table tbody td").Select(c => c.TextContent));
        Assert.Contains("None found", page.Find(".accs").TextContent, StringComparison.Ordinal);
        Assert.Contains("Radeon 780M", page.Find(".accs").TextContent, StringComparison.Ordinal);
        Assert.Equal("textrank", page.Find(".mdl .mono").TextContent);
        Assert.Contains("0.8 ms round trip", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void NoAttemptsAndNothingLearned_HasNoSuchSections()
    {
        var page = Open(MiniPc);
        Assert.Empty(page.FindAll("#attempts"));
        Assert.Empty(page.FindAll("#learned"));
    }

    [Fact]
    public void RuntimeDown_ShowsItsReason()
    {
        var page = Open(MiniPc with { Runtimes = [Samples.Ollama with { State = RuntimeState.Down, Reason = "Nothing listens there." }] });
        Assert.Contains("Nothing listens there.", page.Find(".rt .em-note").TextContent, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:11434/v1", page.Find(".rt").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Learned_SaysFromHowManyRuns()
    {
        var known = new Calibration(31, Math.Log(20), 0.01, 1.5, 0, 0);
        var page = Open(MiniPc with { Calibrations = MiniPc.Calibrations.Add(new CalibrationKey("system", "system", TaskKind.Sysinfo), known) });
        var row = page.Find("#learned").Closest("section")!.QuerySelector("tbody tr")!.TextContent;
        Assert.Contains("measured from 31 runs", row, StringComparison.Ordinal);
        Assert.Contains("20 ms", row, StringComparison.Ordinal);
        Assert.Contains("+14 %", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Attempts_ShowPredictedBesideActual_AndComeLive()
    {
        var page = Open(MiniPc);
        var job = Samples.Job(JobState.Succeeded, device: MiniPc);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id));
        Jobs.PublishHistory();
        page.WaitForElement("#attempts");
        var row = page.Find("#attempts").Closest("section")!.QuerySelector("tbody tr")!.TextContent;
        Assert.Contains("400 ms", row, StringComparison.Ordinal);
        Assert.Contains("420 ms", row, StringComparison.Ordinal);
        Assert.Contains("+5 %", row, StringComparison.Ordinal);
        Assert.Contains("typical difference from the prediction 5 %", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_DeployedModel_ShowsAiHubsBesideOurs()
    {
        var phone = MiniPc with
        {
            Profile = Samples.Profile() with { CpuModel = "QTI SM8650" },
            Runtimes = [new RuntimeInfo("onnx-qnn", "ONNX Runtime, QNN", RuntimeState.Ready, null, [new ModelInfo("net", [])], [TaskKind.OnnxRun], AcceleratorKind.NPU)],
        };
        Models.Publish(ProfiledLatenciesTests.Stored(phone, new HubOrigin("m1", "j0", false)));
        Profiled.All = [ProfiledLatenciesTests.Latency("j1")];
        var page = Open(phone);
        Assert.Contains("1.5 ms", Latency(page), StringComparison.Ordinal);
        Assert.Contains("Snapdragon 8 Gen 3 QRD, the same chip", Latency(page), StringComparison.Ordinal);
        Assert.Contains("not measured", Latency(page), StringComparison.Ordinal);

        var job = Samples.Measured(phone, "net", 3.0);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id, kind: JobKind.Onnx));
        Jobs.PublishHistory();

        page.WaitForAssertion(() => Assert.Contains("2.0 times as long as there", Latency(page), StringComparison.Ordinal));
        Assert.NotNull(page.Find($"[data-latency=net] a[href='jobs/{job.Id}']"));
        Assert.NotNull(page.Find("button[aria-label='Measure again net on Mini PC']"));
    }

    [Fact]
    public void Latency_OfTheEmulator_IsMarkedAndNotCompared()
    {
        Models.Publish(ProfiledLatenciesTests.Stored(MiniPc, new HubOrigin("m1", "j0", true)));
        Profiled.All = [ProfiledLatenciesTests.Latency("j1") with { Emulated = true }];
        var job = Samples.Measured(MiniPc, "net", 3.0);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id, kind: JobKind.Onnx));

        var row = Latency(Open(MiniPc));

        Assert.Contains("emulator: made up", row, StringComparison.Ordinal);
        Assert.Contains("another chip", row, StringComparison.Ordinal);
        Assert.DoesNotContain("times as", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_NothingDeployedOrMeasured_HasNoSuchSection() => Assert.Empty(Open(MiniPc).FindAll("#latency"));

    [Fact]
    public void HistoryCannotBeRead_SaysSoAndKeepsTheRest()
    {
        Jobs.ListFailure = new IOException("locked");
        var page = Open(MiniPc);
        Assert.Contains("The history could not be read.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("#hardware"));
    }

    [Fact]
    public void Lost_SaysWhyAndThatFiguresAreOld()
    {
        var page = Open(Samples.Device(state: DeviceState.Lost));
        Assert.Contains("No beat for 40 s", page.Find(".dev-note").TextContent, StringComparison.Ordinal);
        Assert.Equal("Last known", page.Find("#now").TextContent);
        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent.Trim() == "Drain");
    }

    [Fact]
    public void Drain_AsksTheFleetAndCanBeUndone()
    {
        var page = Open(MiniPc);
        Press(page, "Drain");
        Assert.Contains("Mini PC is draining.", Toast(), StringComparison.Ordinal);
        Assert.Equal([$"drain {MiniPc.Id}"], Fleet.Commands);
    }

    [Fact]
    public void ProveAgain_AsksTheFleetAndWaitsForWhatComesOfIt()
    {
        var page = Open(MiniPc);
        Press(page, "Prove again");
        Assert.Equal([$"prove {MiniPc.Id}"], Fleet.Commands);
        page.WaitForAssertion(() => Assert.Contains("Asked to prove them again", page.Find("[role=status]").TextContent, StringComparison.Ordinal));
        Assert.True(Button(page, "Prove again").HasAttribute("disabled"));

        var profile = MiniPc.Profile!;
        var proven = profile.Accelerators[0] with
        {
            Status = AcceleratorStatus.Proven, ProvenAt = Samples.Now, Speed = new MeasuredSpeed(812, "tok/s"), Source = "/proc/cpuinfo; proven by the built-in text model on CPUExecutionProvider",
        };
        Fleet.Publish(MiniPc with { Profile = profile with { Accelerators = profile.Accelerators.SetItem(0, proven) } });
        page.WaitForAssertion(() => Assert.Contains("proven by the built-in text model on CPUExecutionProvider", page.Find(".accs").TextContent, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("[role=status]"));
        Assert.False(Button(page, "Prove again").HasAttribute("disabled"));
    }

    [Fact]
    public void ProveAgain_Refused_SaysWhy()
    {
        var page = Open(MiniPc);
        Fleet.Refusal = new Problem("device_unreachable", "The device cannot be asked now.", "It has no link to this dashboard.", "Wait until it is online, then try again.");
        Press(page, "Prove again");
        Assert.Contains("It has no link to this dashboard.", Toast(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".em-card [role=status]"));
    }

    [Fact]
    public void ProveAgain_Lost_IsNotOffered() => Assert.DoesNotContain(Open(Samples.Device(state: DeviceState.Lost)).FindAll("button"), b => b.TextContent.Trim() == "Prove again");

    [Fact]
    public void Rename_Refused_KeepsTheDialogWithTheReason()
    {
        var page = Open(MiniPc);
        Press(page, "Rename");
        var dialog = Dialog();
        Fleet.Refusal = new Problem("name_invalid", "This is not a name.", "A name has 1 to 64 characters.", "Choose another name.");
        Do(dialog, () => dialog.Find("#device-name").Input(""));
        Do(dialog, () => dialog.Find("form").Submit());
        dialog.WaitForAssertion(() => Assert.Contains("A name has 1 to 64 characters.", dialog.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Fleet.Refusal = null;
        Do(dialog, () => dialog.Find("#device-name").Input("Kitchen"));
        Do(dialog, () => dialog.Find("form").Submit());
        dialog.WaitForAssertion(() => Assert.Empty(dialog.FindAll(".dlg")));
        Assert.Equal($"rename {MiniPc.Id} Kitchen", Fleet.Commands[^1]);
    }

    [Fact]
    public void EngineOfAnotherUser_IsShownWithItsOwnerAndGetsPromptsAfterAYesOnly()
    {
        var owner = new EngineOwner(65534, "nobody", "/usr/bin/perl", IsOther: true, IsAllowed: false);
        var page = Open(MiniPc with { Runtimes = [Samples.Ollama with { State = RuntimeState.Down, Reason = "It is another user's.", Owner = owner }] });
        Assert.Contains("Run by nobody (uid 65534), /usr/bin/perl", page.Find(".rt").TextContent, StringComparison.Ordinal);
        Press(page, "Let it get prompts");
        Assert.Contains("can read every prompt", Dialog().Markup, StringComparison.Ordinal);
        Press(Dialog(), "Let it get prompts");
        page.WaitForAssertion(() => Assert.Equal([$"allow {MiniPc.Id} {Samples.Ollama.Id} 65534"], Fleet.Commands));

        Fleet.Publish(MiniPc with { Runtimes = [Samples.Ollama with { Owner = owner with { IsAllowed = true } }] });
        page.WaitForAssertion(() => Assert.Contains("Give it no prompts any more", page.Find(".rt").TextContent, StringComparison.Ordinal));
        Press(page, "Give it no prompts any more");
        page.WaitForAssertion(() => Assert.Equal($"disallow {MiniPc.Id} {Samples.Ollama.Id} 65534", Fleet.Commands[^1]));
    }

    [Fact]
    public void EngineOfTheAgentsOwnUser_IsShownWithoutAQuestion()
    {
        var page = Open(MiniPc with { Runtimes = [Samples.Ollama with { Owner = new EngineOwner(1000, "ada", "/usr/bin/ollama", IsOther: false, IsAllowed: true) }] });
        Assert.Contains("Run by ada (uid 1000)", page.Find(".rt").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".rt button"));
    }

    [Fact]
    public void Forget_SaysTheConsequenceAndDoesItOnlyWhenConfirmed()
    {
        var page = Open(MiniPc);
        Press(page, "Forget");
        Assert.Contains("it needs a new join token", Dialog().Markup, StringComparison.Ordinal);
        Press(Dialog(), "Keep it");
        Assert.Empty(Fleet.Commands);

        Press(page, "Forget");
        Press(Dialog(), "Forget device");
        page.WaitForAssertion(() => Assert.Equal([$"forget {MiniPc.Id}"], Fleet.Commands));
        page.WaitForAssertion(() => Assert.Equal("http://localhost/", Services.GetRequiredService<NavigationManager>().Uri));
    }

    [Fact]
    public void OwnDevice_CannotBeForgotten()
    {
        Fleet.LocalDevice = MiniPc.Id;
        Assert.DoesNotContain(Open(MiniPc).FindAll("button"), b => b.TextContent.Trim() == "Forget");
    }

    [Fact]
    public void ForgottenWhileShown_SaysSo()
    {
        var page = Open(MiniPc);
        Fleet.Publish();
        page.WaitForAssertion(() => Assert.Contains("Mini PC was forgotten", page.Find("h1").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disposed_LeavesNoSubscriber()
    {
        Open(MiniPc);
        Assert.Equal(1, Fleet.SubscriberCount);
        Assert.Equal(2, Jobs.SubscriberCount);
        await DisposeComponentsAsync();
        Assert.Equal(0, Fleet.SubscriberCount);
        Assert.Equal(0, Jobs.SubscriberCount);
    }

    private static string Latency(IRenderedComponent<DevicePage> page) => page.Find("[data-latency=net]").TextContent;

    private IRenderedComponent<DevicePage> Open(DeviceSnapshot device)
    {
        Fleet.Publish(device);
        return Page<DevicePage>(p => p.Add(d => d.Id, device.Id.Value));
    }
}
