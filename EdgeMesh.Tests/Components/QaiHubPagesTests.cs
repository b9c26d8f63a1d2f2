using Bunit;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Features.QaiHub;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using Google.Protobuf;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.Components;

public sealed class QaiHubPagesTests : MeshPages
{
    private static readonly HubDevice s_phone = new("Samsung Galaxy S24", "14", ["chipset:qualcomm-snapdragon-8gen3", "format:phone", "framework:qnn", "hexagon:v75", "htp-supports-fp16:true", "os:android", "vendor:samsung"], "Snapdragon® 8 Gen 3 | SM8650");
    private static readonly HubDevice s_laptop = new("Snapdragon X Elite CRD", "11", ["chipset:qualcomm-snapdragon-x-elite", "format:compute", "framework:onnx", "hexagon:v73", "htp-supports-fp16:true", "os:windows", "vendor:qualcomm"], "");
    private static readonly HubModel s_model = new("mmabcdefm", "net.onnx", ModelType.Onnx, Samples.Now, null, null, true, false, []);

    public QaiHubPagesTests() => Services.AddSingleton(new QaiHubOptions());

    [Fact]
    public void Devices_NotConnected_SaysHowToConnect()
    {
        var page = Page<HubDevicesPage>();
        page.WaitForAssertion(() => Assert.Contains("Not connected to Qualcomm AI Hub", page.Markup, StringComparison.Ordinal));
        Assert.Contains("check", Hub.Commands);
        Assert.Contains("No API token was found.", page.Find(".phead p").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HubSource.Emulator, true)]
    [InlineData(HubSource.Service, false)]
    public void EveryPage_SaysWhetherItIsTheEmulator(HubSource source, bool labelled)
    {
        Connect(source);
        Assert.Equal(labelled, Says(Page<HubDevicesPage>()));
        Assert.Equal(labelled, Says(Page<HubModelsPage>()));
        Assert.Equal(labelled, Says(Page<HubCompilePage>()));
        Assert.Equal(labelled, Says(Page<HubJobsPage>()));
        Assert.Equal(labelled, Says(Page<HubJobPage>(p => p.Add(j => j.Id, "jnone"))));
        Assert.Equal(labelled, Says(Page<HubConnectionPage>()));

        static bool Says(IRenderedComponent<IComponent> page) => page.Find("h1").TextContent.Contains("emulator", StringComparison.Ordinal) && page.Markup.Contains("not from Qualcomm AI Hub", StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_SearchAndChips_NarrowAndCount()
    {
        Connect();
        Hub.Mesh = d => d == s_laptop ? [new HubMeshDevice(Samples.Device("Surface").Id, "Surface", 0)] : [];
        var page = Page<HubDevicesPage>();
        page.WaitForAssertion(() => Assert.Contains("2 of 2 devices", page.Find(".ft").TextContent, StringComparison.Ordinal));
        Assert.Contains("Snapdragon 8 Gen 3", page.Markup, StringComparison.Ordinal);

        Do(page, () => page.Find("input[data-search]").Input("x elite"));
        Assert.Contains("1 of 2 devices", page.Find(".ft").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("input[data-search]").Input(""));
        Press(page, "Phone1");
        Assert.Contains("1 of 2 devices", page.Find(".ft").TextContent, StringComparison.Ordinal);
        Assert.Equal("true", Button(page, "Phone1").GetAttribute("aria-pressed"));
        Press(page, "Clear");
        Do(page, () => page.Find("select[aria-label='Vendor']").Change("qualcomm"));
        Assert.Contains("1 of 2 devices", page.Find(".ft").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("select[aria-label='Hexagon version']").Change("v75+"));
        Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_Doctor_ShowsEachFix_AndKeepsNoTokenInThePage()
    {
        var page = Page<HubConnectionPage>();
        page.WaitForAssertion(() => Assert.Contains("Enter it under Connect.", page.Find("[data-check='configuration'][data-ok='false']").TextContent, StringComparison.Ordinal));
        Do(page, () => page.Find("#qh-token").Input("a-very-secret-token"));
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Single(Hub.Saved));
        Assert.True(Hub.Saved.TryPeek(out var wish));
        Assert.Equal("a-very-secret-token", wish.Token);
        Assert.DoesNotContain("a-very-secret-token", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_Refused_SaysWhy()
    {
        Hub.Refusal = HubProblems.HostWrong("http://elsewhere");
        var page = Page<HubConnectionPage>();
        page.WaitForElement("[data-check]");
        Do(page, () => page.Find("#qh-host").Input("http://elsewhere"));
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Contains("not an https address", page.Find("[role='alert']").TextContent, StringComparison.Ordinal));
        Assert.Equal("true", page.Find("#qh-host").GetAttribute("aria-invalid"));
    }

    [Fact]
    public void Connection_AnotherService_AsksForItsToken()
    {
        var page = Page<HubConnectionPage>();
        page.WaitForElement("[data-check]");
        Assert.False(page.Find("#qh-token").HasAttribute("required"));
        Do(page, () => page.Find("#qh-host").Input("https://other.example"));
        Assert.True(page.Find("#qh-token").HasAttribute("required"));
        Assert.Contains("needs its own token", page.Find("form").TextContent, StringComparison.Ordinal);
        Hub.Refusal = HubProblems.TokenNeeded("https://other.example");
        Do(page, () => page.Find("form").Submit());
        page.WaitForAssertion(() => Assert.Equal("true", page.Find("#qh-token").GetAttribute("aria-invalid")));
    }

    [Fact]
    public void Compile_ReadsInputs_ChecksAndSubmits()
    {
        Connect();
        Hub.Inputs = [new TensorSpec("image", [new TensorDim(1), new TensorDim(null, "h"), new TensorDim(8)], TensorDtype.Float32)];
        Hub.Findings = [new HubFinding(true, "image", "Input 'image' has a size that is not fixed: 1, h, 8.", "Give every size a number.")];
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForAssertion(() => Assert.Equal("1, h, 8", page.FindAll("[data-input='image'] input")[1].GetAttribute("value")));
        Assert.Contains("Give every size a number.", page.Find("[data-blocks='true']").TextContent, StringComparison.Ordinal);
        Assert.True(Button(page, "Compile and profile").HasAttribute("disabled"));

        Hub.Findings = [];
        Do(page, () => page.FindAll("[data-input='image'] input")[1].Change("1, 8, 8"));
        page.WaitForState(() => !Button(page, "Compile and profile").HasAttribute("disabled"));
        Press(page, "Compile and profile");
        page.WaitForAssertion(() => Assert.Single(Hub.Submitted));
        Assert.True(Hub.Submitted.TryPeek(out var order));
        var compile = Assert.IsType<CompileOrder>(order);
        Assert.Equal((s_model.Id, "Samsung Galaxy S24", "14", "onnx", "1, 8, 8", ""), (compile.ModelId, compile.Device, compile.Os, compile.Runtime, compile.Inputs.Single().ShapeText, compile.ThenProfile));
        Assert.EndsWith("/qaihub/jobs/j5w2gx7p5", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_Options_AreALineAndFields()
    {
        Connect();
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/qaihub/compile?model={s_model.Id}&device={Uri.EscapeDataString("Samsung Galaxy S24|14")}");
        var page = Page<HubCompilePage>();
        page.WaitForElement("#qo-options--truncate_64bit_io");
        Do(page, () => page.Find("#qo-options--truncate_64bit_io").Change(true));
        Do(page, () => page.Find("#qo-options--quantize_full_type").Change("int8"));
        page.WaitForAssertion(() => Assert.Equal("--truncate_64bit_io --quantize_full_type int8", page.Find("#qo-options").GetAttribute("value")));
        Press(page, "Compile and profile");
        page.WaitForAssertion(() => Assert.Single(Hub.Submitted));
        Assert.True(Hub.Submitted.TryPeek(out var order));
        Assert.Equal("--truncate_64bit_io --quantize_full_type int8", Assert.IsType<CompileOrder>(order).Options);
    }

    [Fact]
    public void Jobs_ShowStepsFailureAndRemedy_Live()
    {
        Connect();
        Track(new TrackedJob("jrun", HubJobKind.Compile, HubJobState.Optimizing, Samples.Now) { Name = "net", Steps = [new HubStep(HubJobState.Created, Samples.Now.AddSeconds(-30)), new HubStep(HubJobState.Optimizing, Samples.Now.AddSeconds(-10))] });
        var page = Page<HubJobsPage>();
        page.WaitForAssertion(() => Assert.Contains("Compiling", page.Find("[data-job='jrun']").TextContent, StringComparison.Ordinal));
        Assert.Contains("20 s", page.Find("[data-job='jrun'] .stp.done").TextContent, StringComparison.Ordinal);

        Track(new TrackedJob("jrun", HubJobKind.Compile, HubJobState.Failed, Samples.Now) { Name = "net", Failure = "Model input 'image' has dynamic shapes.", Remedy = "Give every input a fixed shape.", Steps = [new HubStep(HubJobState.Created, Samples.Now), new HubStep(HubJobState.Optimizing, Samples.Now), new HubStep(HubJobState.Failed, Samples.Now)] });
        page.WaitForAssertion(() => Assert.Contains("Give every input a fixed shape.", page.Find("[data-job='jrun']").TextContent, StringComparison.Ordinal));
        Assert.NotNull(page.Find("[data-job='jrun'] .stp.fail"));
        Press(page, "Running0");
        Assert.Contains("Nothing matches", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_Profile_ShowsFiguresLayersAndComparison()
    {
        Connect();
        Track(Measured("jnew", 21_400), Measured("jold", 42_800));
        var page = Page<HubJobPage>(p => p.Add(j => j.Id, "jnew"));
        page.WaitForAssertion(() => Assert.Contains("21 ms", page.Find(".qp-stats").TextContent, StringComparison.Ordinal));
        Assert.Contains("2 of 3 layers", page.Find(".qp-stats").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, page.FindAll(".qp-bar rect").Count);
        Assert.Equal("3 layers: 2 NPU, 0 GPU, 1 CPU", page.Find(".qp-bar").GetAttribute("aria-label"));
        Assert.Contains(page.FindAll("p"), p => p.TextContent.StartsWith("One layer falls back from the NPU: Cast", StringComparison.Ordinal));

        Assert.Equal("https://hub.example/jobs/jnew/", page.Find("a[target='_blank']").GetAttribute("href"));

        Do(page, () => page.Find("select[aria-label='Compare with']").Change("jold"));
        Assert.Contains("−50 %", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Job_Deploy_ExplainsEveryDeviceAndSendsTheChosen()
    {
        Connect();
        var (one, two) = (Samples.Device("One"), Samples.Device("Two", 1));
        Fleet.Publish(one, two);
        Hub.Fits =
        [
            new ArtifactPlace(one.Id, "One", 0, true, new ArtifactFit(true, true, "A plain ONNX model: ONNX Runtime there runs it.")),
            new ArtifactPlace(two.Id, "Two", 1, true, new ArtifactFit(false, false, "It has no ONNX Runtime. Update its agent.")),
        ];
        Track(new TrackedJob("jdone", HubJobKind.Compile, HubJobState.Done, Samples.Now) { Name = "net", Runtime = "onnx", TargetModelId = "mq1" });
        var page = Page<HubJobPage>(p => p.Add(j => j.Id, "jdone"));
        Press(page, "Download");
        page.WaitForAssertion(() => Assert.Contains("download jdone", Hub.Commands));
        Press(page, "Deploy to…");
        var dialog = Dialog();
        dialog.WaitForAssertion(() => Assert.Contains("It has no ONNX Runtime. Update its agent.", dialog.Find("[data-fits='false']").TextContent, StringComparison.Ordinal));
        Assert.True(dialog.Find("[data-fits='false'] input").HasAttribute("disabled"));
        Press(dialog, "Deploy to One");
        dialog.WaitForAssertion(() => Assert.Contains($"deploy jdone {one.Id}", Hub.Commands));
    }

    [Fact]
    public void Models_FailedUpload_CanBeResumed()
    {
        Connect();
        Hub.Publish(Hub.Current with { Transfers = [new HubTransfer("up1", TransferDirection.Upload, "net.onnx", 5, 10, true, HubProblems.UploadInterrupted(), null, true, Samples.Now, Samples.Now)] });
        var page = Page<HubModelsPage>();
        Assert.NotNull(page.Find($"tr[data-model='{s_model.Id}']"));
        Press(page, "Resume");
        page.WaitForAssertion(() => Assert.Contains("resume up1", Hub.Commands));
    }

    [Fact]
    public async Task Pages_Disposed_LeaveNoSubscriber()
    {
        Connect();
        Page<HubDevicesPage>();
        Page<HubModelsPage>();
        Page<HubJobsPage>();
        Assert.Equal(3, Hub.SubscriberCount);
        await DisposeComponentsAsync();
        Assert.Equal(0, Hub.SubscriberCount);
    }

    private static TrackedJob Measured(string id, ulong micros)
    {
        var detail = new ProfileDetail { ExecutionTime = micros, PeakMemoryUsage = 124 << 20, ColdLoadTime = 388_000, WarmLoadTime = 96_000 };
        detail.LayerDetails.Add(new LayerDetail { Name = "fc1", LayerTypeName = "FullyConnected", ComputeUnit = ComputeUnit.Npu, ExecutionTime = 400 });
        detail.LayerDetails.Add(new LayerDetail { Name = "fc2", LayerTypeName = "FullyConnected", ComputeUnit = ComputeUnit.Npu, ExecutionTime = 200 });
        detail.LayerDetails.Add(new LayerDetail { Name = "cast", LayerTypeName = "Cast", ComputeUnit = ComputeUnit.Cpu, ExecutionTime = 100 });
        return new TrackedJob(id, HubJobKind.Profile, HubJobState.Done, Samples.Now)
        {
            Name = "net", Device = s_laptop.Name, Os = s_laptop.Os, Runtime = "onnx", IsFull = true, Result = new JobResult { ProfileJobResult = new ProfileJobResult { Profile = detail } }.ToByteArray(),
        };
    }

    private void Connect(HubSource source = HubSource.Service) => Hub.Publish(HubSnapshot.Empty with
    {
        Connection = new HubConnection(new HubStatus(source, true, new HubUser(1, "Ada", "ada@example.org"), [new HubCheck("token", true, "Accepted.", null)]), "https://hub.example", Samples.Now),
        Catalogue = new HubCatalogue([s_phone, s_laptop], Samples.Now, null),
        Models = new HubModelList([s_model], 1, Samples.Now, null),
    });

    private void Track(params TrackedJob[] jobs) => Hub.Publish(Hub.Current with { Jobs = new HubJobList([.. jobs], Samples.Now, null) });
}
