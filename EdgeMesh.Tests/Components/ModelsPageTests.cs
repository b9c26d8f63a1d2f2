using Bunit;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Components;

public sealed class ModelsPageTests : MeshPages
{
    private static readonly DeviceSnapshot s_one = Samples.Device("One") with { Runtimes = [Samples.BuiltIn, Onnx("qwen3-0.6b")] };
    private static readonly DeviceSnapshot s_two = Samples.Device("Two", 1);

    [Fact]
    public void Open_NoDevice_SaysWhereToBegin()
    {
        var page = Page<ModelsPage>();
        Assert.Contains("No device yet", page.Markup, StringComparison.Ordinal);
        Assert.Contains("No model but what comes with the agents.", page.Find(".phead p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_ShowsWhereEachModelIs()
    {
        Publish();
        var page = Page<ModelsPage>();

        var row = page.Find("tr[data-model='qwen3-0.6b']");
        Assert.Contains("In memory", row.QuerySelectorAll("td")[0].TextContent, StringComparison.Ordinal);
        Assert.NotNull(row.QuerySelector("button[aria-label='Get qwen3-0.6b on Two']"));
        Assert.Contains("300 MB", row.QuerySelector("th")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("built-in, for trying out and measuring", page.Find("tr[data-model='toy (built-in)']").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("button[aria-label^='Remove toy']"));
        Assert.Contains("Three models besides what comes with the agents.", page.Find(".phead p").TextContent, StringComparison.Ordinal);
        Assert.Contains("refresh", Models.Commands);
    }

    [Fact]
    public void Remove_AsksFirst()
    {
        Publish();
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Remove qwen3-0.6b from One']").Click());
        Assert.Contains("No other device has it.", Dialog().Markup, StringComparison.Ordinal);
        Press(Dialog(), "Remove model");
        page.WaitForAssertion(() => Assert.Contains($"remove {s_one.Id} qwen3-0.6b", Models.Commands));
    }

    [Fact]
    public void Remove_PutThereBySomebodyElse_AsksASecondTime()
    {
        Publish();
        Models.Refusal = new Problem("needs_confirmation", "One did not remove it.", "Somebody else put it into Ollama.", "Confirm it.");
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Remove qwen3-0.6b from One']").Click());
        Press(Dialog(), "Remove model");
        page.WaitForAssertion(() => Assert.Contains("Somebody else put it into Ollama.", Dialog().Markup, StringComparison.Ordinal));
        Assert.DoesNotContain(Models.Commands, c => c.EndsWith("confirmed", StringComparison.Ordinal));
        Press(Dialog(), "Remove it there too");
        page.WaitForAssertion(() => Assert.Contains($"remove {s_one.Id} qwen3-0.6b confirmed", Models.Commands));
    }

    [Fact]
    public void Remove_Refused_SaysWhy()
    {
        Publish();
        Models.Refusal = new Problem("device_not_linked", "One cannot be reached.", "It is not linked.", "Start its agent.");
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Remove qwen3-0.6b from One']").Click());
        Press(Dialog(), "Remove model");
        page.WaitForAssertion(() => Assert.Contains("Start its agent.", page.Find(".md-error").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Measure_RunsTheModelThereAndGoesToTheJob()
    {
        Publish();
        var job = Samples.NewJobId();
        Jobs.OnSubmit = _ => FakeJobs.Accepted(job);
        var page = Page<ModelsPage>();

        Do(page, () => page.Find("button[aria-label='Measure net on One']").Click());

        page.WaitForAssertion(() => Assert.EndsWith($"/jobs/{job}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal));
        var request = Assert.Single(Jobs.Submitted);
        Assert.Equal((JobKind.Onnx, "net", JobPolicy.ForceDevice, s_one.Id), (request.Kind, request.Model, request.Policy, request.DeviceId!.Value));
    }

    [Fact]
    public void Measure_Refused_SaysWhy()
    {
        Publish();
        Jobs.OnSubmit = _ => FakeJobs.Refused(new Problem("device_cannot", "One cannot run this now.", "It is draining.", "Resume it."), []);
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Measure net on One']").Click());
        page.WaitForAssertion(() => Assert.Contains("One cannot run this now. It is draining. Resume it.", page.Find(".md-error").TextContent.Replace("now.It", "now. It", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Table_ModelsWithoutASkill_SayWhatBecomesOfThem()
    {
        Publish();
        var page = Page<ModelsPage>();
        Assert.Contains("On disk", page.Find("tr[data-model='net'] td").TextContent, StringComparison.Ordinal);
        var placeholder = page.Find("tr[data-model='made-up'] td");
        Assert.Contains("Placeholder", placeholder.TextContent, StringComparison.Ordinal);
        Assert.Contains("made up by the emulator", placeholder.QuerySelector(".md-place")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Equal("It was made up by the emulator.", page.Find("tr[data-model='made-up'] .md-why").TextContent);
        Assert.Empty(page.FindAll("tr[data-model='net'] .md-why"));
        Assert.Empty(page.FindAll("button[aria-label='Measure made-up on One']"));
    }

    [Fact]
    public void Get_ShowsWhetherItFitsBeforeItStarts()
    {
        Publish();
        Models.OnPreview = order => [.. order.Devices.Select(d => Forecast(d))];
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Get qwen3-0.6b on Two']").Click());
        page.WaitForAssertion(() => Assert.Contains("300 MB to get; 4.0 GB free", page.Find(".md-fits").TextContent, StringComparison.Ordinal));
        Assert.Empty(Models.Installed);

        Press(page, "Get it on Two");
        page.WaitForAssertion(() => Assert.Single(Models.Installed));
        Assert.True(Models.Installed.TryPeek(out var order));
        Assert.Equal(new ModelSource.Device(s_one.Id, "qwen3-0.6b"), order.Source);
        Assert.Equal([s_two.Id], order.Devices);
    }

    [Fact]
    public void Get_DiskFull_StartsNothing()
    {
        Publish();
        Models.OnPreview = order => [.. order.Devices.Select(d => Forecast(d) with { DiskShortfallBytes = 100 << 20 })];
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Get qwen3-0.6b on Two']").Click());
        page.WaitForAssertion(() => Assert.Contains("100 MB more disk space needed", page.Markup, StringComparison.Ordinal));
        Press(page, "See if it fits");
        Assert.Empty(Models.Installed);
    }

    [Fact]
    public void Get_MemoryShort_OnlyWhenAPersonSaysSo()
    {
        Publish();
        Models.OnPreview = order => [.. order.Devices.Select(d => Forecast(d) with { MemoryBytes = 90L << 30 })];
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Get qwen3-0.6b on Two']").Click());
        page.WaitForState(() => page.FindAll("label.row input").Count == 1);
        Assert.Contains("See if it fits", page.Find("button[type=submit]").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("label.row input").Change(true));
        Press(page, "Get it on Two");
        page.WaitForAssertion(() => Assert.True(Assert.Single(Models.Installed).EvenIfMemoryIsShort));
    }

    [Fact]
    public void Source_ChangedAfterTheForecast_WantsANewOne()
    {
        Publish();
        Models.OnPreview = order => [.. order.Devices.Select(d => Forecast(d))];
        var page = Page<ModelsPage>();
        Do(page, () => page.Find("button[aria-label='Get qwen3-0.6b on Two']").Click());
        Button(page, "Get it on Two");
        Press(page, "Hugging Face");
        Do(page, () => page.Find("#md-repo").Input("onnx-community/Other"));
        Assert.Equal("See if it fits", page.Find("button[type=submit]").TextContent);
    }

    [Fact]
    public void Transfer_Running_ShowsFiguresAndCancels()
    {
        var running = Transfer(TransferState.Running) with { Phase = "Fetching", Bytes = 100 << 20, TotalBytes = 400 << 20, BytesPerSecond = 5 << 20, RemainingSeconds = 60 };
        Publish(running);
        var page = Page<ModelsPage>();
        var row = page.Find("[data-transfer=Running]");
        Assert.Contains("100 MB of 400 MB", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("5 MB/s", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("1:00 left", row.TextContent, StringComparison.Ordinal);
        Assert.Equal("25", row.QuerySelector("[role=progressbar]")!.GetAttribute("aria-valuenow"));
        Do(page, () => row.QuerySelector("button")!.Click());
        Assert.Contains("cancel t1", Models.Commands);
    }

    [Fact]
    public void Transfer_Failed_NamesDeviceCauseAndRemedy()
    {
        var failed = Transfer(TransferState.Failed) with { EndedAt = Samples.Now, Problem = new Problem("wrong_hash", "Two did not get qwen.", "Its hash is another one.", "Get it again.") };
        Publish();
        var page = Page<ModelsPage>();
        Assert.Empty(page.FindAll("[data-transfer]"));
        Publish(failed);
        page.WaitForAssertion(() => Assert.Contains("Two did not get qwen.", page.Find("[data-transfer=Failed]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Its hash is another one. Get it again.", page.Find("[data-transfer=Failed]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LeavesNoSubscriber()
    {
        Publish();
        Page<ModelsPage>();
        Assert.Equal(1, Models.SubscriberCount);
        await DisposeComponentsAsync();
        Assert.Equal(0, Models.SubscriberCount);
        Assert.Equal(0, Fleet.SubscriberCount);
    }

    private static RuntimeInfo Onnx(string model) => new(
        "onnx-cpu", "ONNX Runtime, CPU", RuntimeState.Ready, null, [new ModelInfo(model, [Skill.Chat], 300 << 20, 4096, 2), new ModelInfo("toy (built-in)", [Skill.Chat], 4 << 20, 256, 0),
            new ModelInfo("net", [], 14 << 20), new ModelInfo("made-up", [], 100, CannotRun: "It was made up by the emulator.")],
        [TaskKind.LlmGenerate, TaskKind.OnnxRun], AcceleratorKind.CPU);

    private static InstallForecast Forecast(DeviceId device) => new(device, "Two", 3, 300 << 20, 300 << 20, 4L << 30, 0, 450 << 20, 16L << 30, "text-onnx", null);

    private static ModelTransfer Transfer(TransferState state) => new("t1", s_two.Id, "Two", "qwen", "org/qwen", state, null, 0, null, null, null, null, Samples.Now, null);

    private void Publish(params ModelTransfer[] transfers)
    {
        var stored = new StoredModelInfo("qwen3-0.6b", "text-onnx", "hf:org/qwen@main", [Skill.Chat], [new ModelFileInfo("model.onnx", new string('a', 64), 300 << 20)], Samples.Now, true, true, 812);
        var toy = new StoredModelInfo("toy (built-in)", "text-onnx", "built-in", [Skill.Chat], [], null, true, false, null);
        var net = new StoredModelInfo("net", "onnx", "upload:net.onnx", [], [new ModelFileInfo("net.onnx", new string('b', 64), 14 << 20)], Samples.Now, true, false, null);
        var madeUp = new StoredModelInfo("made-up", "emulated", "QAI Hub emulator job j1, model m1", [], [new ModelFileInfo("net.onnx", new string('c', 64), 100)], Samples.Now, false, false, null);
        Fleet.Publish(s_one, s_two);
        Models.Publish(new ModelsSnapshot(
            ImmutableDictionary<DeviceId, DeviceModels>.Empty
                .Add(s_one.Id, new DeviceModels(s_one.Id, [stored, toy, net, madeUp], 5L << 30, Samples.Now))
                .Add(s_two.Id, new DeviceModels(s_two.Id, [], 4L << 30, Samples.Now)),
            [.. transfers]));
    }
}
