using Bunit;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Features.Devices;
using EdgeMesh.Dashboard.Features.Models;
using EdgeMesh.Dashboard.Features.QaiHub;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Models.Profiled;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using HubFinding = EdgeMesh.QaiHub.Options.HubFinding;
using JobState = EdgeMesh.Core.Jobs.JobState;

namespace EdgeMesh.Tests.Components;

/// <summary>What the pages say of AI Hub's data when the connection is bad, the sizes differ, or the source is not known.</summary>
public sealed class QaiHubHonestyTests : MeshPages
{
    private static readonly HubDevice s_phone = new("Samsung Galaxy S24", "14", ["framework:onnx", "os:android"], "Snapdragon 8 Gen 3");
    private static readonly HubModel s_model = new("mmabcdefm", "net.onnx", ModelType.Onnx, Samples.Now, null, null, true, false, []) { Source = HubSource.Service };
    private static readonly DeviceSnapshot s_mini = Samples.Device() with
    {
        Profile = Samples.Profile() with { CpuModel = "QTI SM8650" },
        Runtimes = [new RuntimeInfo("onnx-qnn", "ONNX Runtime, QNN", RuntimeState.Ready, null, [new ModelInfo("net", [])], [TaskKind.OnnxRun], AcceleratorKind.NPU)],
    };

    public QaiHubHonestyTests() => Services.AddSingleton(new QaiHubOptions());

    [Fact]
    public void Compile_AfterAFailedLook_IsNotLocked()
    {
        Publish(Failed());
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForState(() => !Button(page, "Compile and profile").HasAttribute("disabled"));
        Assert.Contains("It is tried again by itself.", page.Find(".phead").TextContent, StringComparison.Ordinal);
        Assert.Contains("Ready to send", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_WithoutAnyToken_SaysWhatIsMissing()
    {
        Publish(new HubStatus(HubSource.Unknown, false, null, [new HubCheck("configuration", false, "No API token was found.", "Enter one."), HubCheck.Unchecked("host", "the configuration comes first.")]));
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForAssertion(() => Assert.Contains("Enter a token", page.Find(".qc-send").TextContent, StringComparison.Ordinal));
        Assert.True(Button(page, "Compile and profile").HasAttribute("disabled"));
    }

    [Fact]
    public void Doctor_OneCause_IsOneCrossAndDashes()
    {
        Publish(Failed());
        var page = Page<HubConnectionPage>();
        Assert.Equal(["true", "false", "skipped", "skipped", "skipped"], page.FindAll("[data-check]").Select(c => c.GetAttribute("data-ok")));
    }

    [Theory]
    [InlineData(HubSource.Emulator, "emulator")]
    [InlineData(HubSource.Unknown, "source not confirmed")]
    [InlineData(HubSource.Service, null)]
    public void Job_SaysWhoseItIs_AlsoWhileTheConnectionIsBad(HubSource source, string? tag)
    {
        Publish(Failed(), new TrackedJob("jdone", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Name = "net", Runtime = "onnx", Source = source });
        foreach (var page in new IRenderedComponent<IComponent>[] { Page<HubJobPage>(p => p.Add(j => j.Id, "jdone")), Page<HubJobsPage>() })
        {
            page.WaitForAssertion(() => Assert.Equal(tag is not null, page.FindAll(".qh-emu").Any(t => t.TextContent == tag)));
        }
    }

    [Theory]
    [InlineData("", "scalar", true)]
    [InlineData("[]", "scalar", true)]
    [InlineData("()", "scalar", true)]
    [InlineData("1", "1", true)]
    public void Compile_ScalarInput_CanBeGiven(string typed, string sent, bool submits)
    {
        Publish(Connected());
        Hub.Inputs = [new TensorSpec("sr", [], TensorDtype.Int64)];
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForAssertion(() => Assert.Equal("scalar", page.FindAll("[data-input='sr'] input")[1].GetAttribute("value")));
        Do(page, () => page.FindAll("[data-input='sr'] input")[1].Change(typed));
        page.WaitForState(() => Button(page, "Compile and profile").HasAttribute("disabled") != submits);
        Press(page, "Compile and profile");
        page.WaitForAssertion(() => Assert.Single(Hub.Submitted));
        Assert.True(Hub.Submitted.TryPeek(out var order));
        Assert.Equal(sent, Assert.IsType<CompileOrder>(order).Inputs.Single().ShapeText);
    }

    [Fact]
    public void Compile_ShapeThatIsNotKnown_IsAskedForByName()
    {
        Publish(Connected());
        Hub.Inputs = [new TensorSpec("x", [], TensorDtype.Float32) { HasShape = false }];
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForAssertion(() => Assert.Contains("Give the input \"x\" a shape", page.Find(".qc-send").TextContent, StringComparison.Ordinal));
        Assert.True(Button(page, "Compile and profile").HasAttribute("disabled"));
    }

    [Fact]
    public void Compile_SeveralOpenSizes_AreSaidAtTheirFields()
    {
        Publish(Connected());
        Hub.Inputs = [Spec("a", "n, 3"), Spec("b", "1, m")];
        Hub.Findings = [new HubFinding(true, "a", "Input 'a' has a size that is not fixed: n.", "Give it."), new HubFinding(true, "b", "Input 'b' has a size that is not fixed: m.", "Give it.")];
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".qc-iw").Count));
        foreach (var (name, size) in new[] { ("a", "n"), ("b", "m") })
        {
            var field = page.FindAll($"[data-input='{name}'] input")[1];
            Assert.Equal("true", field.GetAttribute("aria-invalid"));
            Assert.Contains($"not fixed: {size}", page.Find("#" + field.GetAttribute("aria-describedby")).TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void RunThere_OfADynamicModel_UsesTheSizesItWasCompiledFor()
    {
        Fleet.Publish(s_mini);
        Models.Publish(ProfiledLatenciesTests.Stored(s_mini, new HubOrigin("m1", "jdone", false)));
        Publish(Connected(), new TrackedJob("jdone", HubJobKind.Compile, HubJobState.Done, Samples.Now)
        {
            Name = "net", Runtime = "onnx", Source = HubSource.Service, Inputs = [Spec("x", "1, 3, 640, 640")], Artifact = new HubArtifact("m.onnx.zip", 1, "", Samples.Now) { Inputs = [Spec("x", "1, 3, h, w")] },
        });
        var page = Page<HubJobPage>(p => p.Add(j => j.Id, "jdone"));
        page.WaitForAssertion(() => Assert.Contains("x 1×3×640×640", page.Find("[data-sizes]").TextContent, StringComparison.Ordinal));
        Press(page, $"Run there, on {s_mini.Name}");
        page.WaitForAssertion(() => Assert.Single(Jobs.Submitted));
        Assert.True(Jobs.Submitted.TryPeek(out var request));
        Assert.Equal("x=1×3×640×640", OnnxSizes.Of(request.Options));
    }

    [Fact]
    public void DevicePage_MeasuresWithTheCompiledSizes_AndComparesNoOthers()
    {
        var origin = new HubOrigin("m1", "j0", false);
        Models.Publish(ProfiledLatenciesTests.Stored(s_mini, origin));
        Profiled.All = [ProfiledLatenciesTests.Latency("j1") with { Inputs = [new TensorInfo("image", "float32", [1, 3, 640, 640])] }];
        Sizes.Known[origin.ToString()] = FakeArtifactInputs.Open("image", 1, 3, 640, 640);
        var job = Samples.Measured(s_mini, "net", 3.0);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id, kind: JobKind.Onnx));
        Fleet.Publish(s_mini);
        var page = Page<DevicePage>(p => p.Add(d => d.Id, s_mini.Id.Value));
        page.WaitForAssertion(() => Assert.Contains("other sizes", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("times as", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal);
        Assert.Contains("image 1×3×640×640", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal);
        Assert.Contains("at image 1×3×224×224", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal);

        Do(page, () => page.Find($"button[aria-label='Measure again net on {s_mini.Name}']").Click());
        page.WaitForAssertion(() => Assert.Single(Jobs.Submitted));
        Assert.True(Jobs.Submitted.TryPeek(out var request));
        Assert.Equal("image=1×3×640×640", OnnxSizes.Of(request.Options));
    }

    [Fact]
    public void DevicePage_FigureOfAnUnknownSource_IsNotCalledQualcomms()
    {
        Models.Publish(ProfiledLatenciesTests.Stored(s_mini, new HubOrigin("m1", "j0", false, Confirmed: false)));
        Profiled.All = [ProfiledLatenciesTests.Latency("j1") with { Confirmed = false }];
        var job = Samples.Measured(s_mini, "net", 3.0);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id, kind: JobKind.Onnx));
        Fleet.Publish(s_mini);
        var page = Page<DevicePage>(p => p.Add(d => d.Id, s_mini.Id.Value));
        page.WaitForAssertion(() => Assert.Contains("source not confirmed", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("times as", page.Find("[data-latency=net]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void DevicePage_ModelMeasuredLongAgo_IsFoundBehindNewerJobs()
    {
        Models.Publish(ProfiledLatenciesTests.Stored(s_mini, new HubOrigin("m1", "j0", false)));
        for (var i = 0; i < 70; i++)
        {
            var other = Samples.Measured(s_mini, "another", 1.0) with { Id = Samples.NewJobId() };
            Jobs.PublishJob(other);
            Jobs.History.Add(Samples.Summary(JobState.Succeeded, other.Id, kind: JobKind.Onnx));
        }

        var job = Samples.Measured(s_mini, "net", 3.0);
        Jobs.PublishJob(job);
        Jobs.History.Add(Samples.Summary(JobState.Succeeded, job.Id, kind: JobKind.Onnx));
        Fleet.Publish(s_mini);
        var page = Page<DevicePage>(p => p.Add(d => d.Id, s_mini.Id.Value));
        page.WaitForAssertion(() => Assert.NotNull(page.Find($"[data-latency=net] a[href='jobs/{job.Id}']")));
    }

    [Theory]
    [InlineData(true, true, "emulator", "emulator")]
    [InlineData(false, false, "source not confirmed", "unconfirmed")]
    [InlineData(false, true, null, "qualcomm")]
    public void Models_OfAiHub_SayWhoMadeThem_OnThePageAndInJson(bool emulated, bool confirmed, string? word, string maker)
    {
        var place = new ModelPlace(s_mini, [], true, false, null, ProfiledLatenciesTests.Stored(s_mini, new HubOrigin("m1", "j0", emulated, confirmed)).Stores[s_mini.Id].Models[0]);
        Assert.Equal(word, ModelWords.Maker(place)?.Word);
        Assert.Equal(maker, Maker(place));

        // Where another source is as good as any, nobody is named.
        Assert.Null(Maker(place with { Stored = place.Stored! with { Source = "https://example.org/QAI Hub job j0, model m1" } }));
        Assert.Null(Maker(place with { Stored = null }));

        static string? Maker(ModelPlace place) => Assert.Single(MeshModelDto.From(new ModelRow("net", [], 3, [place])).Devices).Maker;
    }

    [Fact]
    public void Jobs_WaitingEveryonesAndOlder_AreReachable()
    {
        Publish(Connected(), new TrackedJob("wait1", HubJobKind.Compile, HubJobState.WaitingForPlace, Samples.Now) { Name = "net", Source = HubSource.Service, Wait = new HubWait("You have 5 jobs.", Samples.Now.AddSeconds(20)) });
        Hub.Publish(Hub.Current with { Jobs = Hub.Current.Jobs with { Total = 240 } });
        Hub.Everybody = [.. Enumerable.Range(0, 230).Select(i => new TrackedJob($"jhers{i}", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Name = "hers", Owner = "grace@example.org", IsOfOther = true, Source = HubSource.Service })];
        var page = Page<HubJobsPage>();
        Assert.Contains("You have 5 jobs.", page.Find("[data-job='wait1']").TextContent, StringComparison.Ordinal);
        Assert.Contains("Waiting for a place", page.Find("[data-job='wait1']").TextContent, StringComparison.Ordinal);
        Press(page, "Running0");
        Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal);
        Press(page, "Show older");
        page.WaitForAssertion(() => Assert.Contains("older", Hub.Commands));

        Press(page, "Everyone's");
        Press(page, "All200");
        page.WaitForAssertion(() => Assert.Contains("grace@example.org", page.Markup, StringComparison.Ordinal));
        Press(page, "Show older");
        page.WaitForAssertion(() => Assert.Contains("everybody 200", Hub.Commands));
        Assert.Empty(page.FindAll("select[aria-label=Project]"));
        page.WaitForAssertion(() => Assert.Equal("230", page.FindAll(".chip").First(c => c.TextContent.StartsWith("All", StringComparison.Ordinal)).QuerySelector(".num")!.TextContent));
    }

    [Fact]
    public void Jobs_OfAProject_AreAskedForWhereTheServiceTellsOfProjects()
    {
        Publish(Connected(), new TrackedJob("jmine", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Name = "net", Source = HubSource.Service });
        Hub.Projects = [new("pone", "Cameras"), new("ptwo", "Phones")];
        var page = Page<HubJobsPage>();
        Assert.Empty(page.FindAll("select[aria-label=Project]"));
        Press(page, "Everyone's");
        page.WaitForAssertion(() => Assert.Equal(["Any project", "Cameras", "Phones"], page.FindAll("select[aria-label=Project] option").Select(o => o.TextContent)));
        Do(page, () => page.Find("select[aria-label=Project]").Change("ptwo"));
        page.WaitForAssertion(() => Assert.Equal("everybody 0 of ptwo", Hub.Commands.Last()));
        page.WaitForAssertion(() => Assert.Contains("Jobs of Phones", page.Markup, StringComparison.Ordinal));
        Assert.Contains("The service lists no job of this project.", page.Markup, StringComparison.Ordinal);
        Do(page, () => page.Find("select[aria-label=Project]").Change(""));
        page.WaitForAssertion(() => Assert.Equal("everybody 0", Hub.Commands.Last()));
    }

    [Fact]
    public void Job_OfEachKind_SaysWhatCanBeDone()
    {
        Publish(
            Connected(),
            new TrackedJob("jq", HubJobKind.Quantize, HubJobState.Done, Samples.Now) { Name = "net", Runtime = "onnx", TargetModelId = "mq1", Source = HubSource.Service },
            new TrackedJob("ji", HubJobKind.Inference, HubJobState.Done, Samples.Now) { Name = "net", OutputDatasetId = "dout", Source = HubSource.Service });
        var quantized = Page<HubJobPage>(p => p.Add(j => j.Id, "jq"));
        Assert.Contains("Quantized model", quantized.Markup, StringComparison.Ordinal);
        Assert.NotNull(quantized.Find("a[href='qaihub/compile?model=mq1']"));
        Assert.Equal(["api/qaihub/jobs/jq/logs/hub"], quantized.FindAll("a[href*='/logs/']").Select(a => a.GetAttribute("href")));

        var inference = Page<HubJobPage>(p => p.Add(j => j.Id, "ji"));
        Assert.Contains("dout", inference.Markup, StringComparison.Ordinal);
        Assert.Contains("nothing to deploy", inference.Markup, StringComparison.Ordinal);
        Assert.Equal(2, inference.FindAll("a[href*='/logs/']").Count);
    }

    private static TensorSpec Spec(string name, string shape) => new(name, TensorSpec.ParseShape(shape)!.Value, TensorDtype.Float32);

    private static HubStatus Connected() => new(HubSource.Service, true, new HubUser(1, "Ada", "ada@example.org"), [new HubCheck("token", true, "Accepted.", null)]);

    private static HubStatus Failed() => new(HubSource.Unknown, false, null,
    [
        new HubCheck("configuration", true, "Found.", null), new HubCheck("host", false, "127.0.0.1 was silent for 28 seconds.", "Try again later."),
        .. new[] { "clock", "version", "token" }.Select(n => HubCheck.Unchecked(n, "the host does not answer.")),
    ]);

    private void Publish(HubStatus status, params TrackedJob[] jobs) => Hub.Publish(HubSnapshot.Empty with
    {
        Connection = new HubConnection(status, "https://hub.example", Samples.Now),
        Catalogue = new HubCatalogue([s_phone], Samples.Now, null),
        Models = new HubModelList([s_model], 1, Samples.Now, null),
        Jobs = new HubJobList([.. jobs], Samples.Now, null),
    });
}
