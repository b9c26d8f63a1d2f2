using System.Diagnostics;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Onnx.Canary;
using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Agent.Runtimes;
using EdgeMesh.Tests.Agent.Runtimes.Engines;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Tests.Agent.Worker;

/// <summary>Real worker processes that run the real built-in models.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private const string Cpu = "CPUExecutionProvider";
    private readonly WorkerSupervisor _worker = Supervisor(new WorkerOptions());

    private InferenceClient Client => new(_worker, Cpu);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task Generate_EveryGoldenPrompt_GivesTheGoldenTokens()
    {
        foreach (var golden in GoldenText.Read(BuiltInModels.Text.Folder))
        {
            var request = new GenerateRequest { Model = Client.Reference(BuiltInModels.Text, false), MaxTokens = golden.Expected.Length, Greedy = true, WithIds = true };
            request.PromptIds.AddRange(golden.PromptIds);
            var summary = await Client.GenerateAsync(request, _ => { }, Stop);
            Assert.Equal(golden.Expected, summary.Ids);
            Assert.Equal(Cpu, Assert.Single(summary.Shares).Provider);
        }
    }

    [Fact]
    public async Task Generate_Turns_StreamsTheAnswerInPieces()
    {
        var request = new GenerateRequest { Model = Client.Reference(BuiltInModels.Text, false), Greedy = true };
        request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });
        List<string> pieces = [];
        var summary = await Client.GenerateAsync(request, pieces.Add, Stop);
        Assert.Equal("a wheeled vehicle that has two wheels and is moved by foot pedals.", string.Concat(pieces).Trim());
        Assert.Equal("stop", summary.Finish);
        Assert.True(summary is { PromptTokens: 11, OutputTokens: > 10, PrefillMs: > 0, DecodeMs: > 0 });
    }

    [Fact]
    public async Task Generate_FromAnyWordOfTheAnswerOn_WritesTheSameRest()
    {
        var (whole, all) = await AnswerAsync("", 64);
        for (var at = whole.IndexOf(' ', 1); at > 0; at = whole.IndexOf(' ', at + 1))
        {
            var (rest, summary) = await AnswerAsync(whole[..at], 64);
            Assert.Equal(whole, whole[..at] + rest);
            Assert.Equal((all.OutputTokens, "stop"), (summary.PromptTokens - all.PromptTokens + summary.OutputTokens, summary.Finish));
        }

        Assert.Equal("", (await AnswerAsync(whole, 64)).Text);

        // The limit is of the whole answer.
        var (few, cut) = await AnswerAsync("", 6);
        Assert.Equal(("length", 6), (cut.Finish, cut.OutputTokens));
        var begun = few[..few.IndexOf(' ', 1)];
        Assert.Equal(few, begun + (await AnswerAsync(begun, 6)).Text);

        async Task<(string Text, GenerateSummary Summary)> AnswerAsync(string soFar, int most)
        {
            var request = new GenerateRequest { Model = Client.Reference(BuiltInModels.Text, false), Greedy = true, SoFar = soFar, MaxTokens = most };
            request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });
            List<string> pieces = [];
            var summary = await Client.GenerateAsync(request, pieces.Add, Stop);
            return (string.Concat(pieces), summary);
        }
    }

    [Fact]
    public async Task Generate_TemplateOpensAThought_AnswerBeginsAsReasoning()
    {
        using var copy = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(BuiltInModels.Text.Folder, "*", SearchOption.AllDirectories))
        {
            var path = copy[Path.GetRelativePath(BuiltInModels.Text.Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path);
        }

        using var config = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(copy["tokenizer_config.json"], Stop));
        await File.WriteAllTextAsync(copy["chat_template.jinja"], config.RootElement.GetProperty("chat_template").GetString() + "<think>", Stop);
        var reference = Client.Reference(BuiltInModels.Text, false);
        (reference.Id, reference.Folder) = ("thinker", copy.Path);
        var request = new GenerateRequest { Model = reference, Greedy = true, MaxTokens = 8 };
        request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });

        var written = new Runtimes.Written();
        var summary = await Client.GenerateAsync(request, written, Stop);

        Assert.Equal(("", true), (written.All, written.Thought.Length > 0));
        Assert.Equal(summary.OutputTokens, summary.ReasoningTokens);

        // Where the answer has begun, its thoughts are over.
        (request.SoFar, written) = ("a wheeled vehicle", new Runtimes.Written());
        Assert.Equal(0, (await Client.GenerateAsync(request, written, Stop)).ReasoningTokens);
        Assert.Equal((true, ""), (written.All.Length > 0, written.Thought));
    }

    [Fact]
    public async Task Paint_EveryGoldenPrompt_GivesTheGoldenPixels()
    {
        foreach (var golden in GoldenImage.Read(BuiltInModels.Image.Folder))
        {
            var steps = 0;
            var result = await Client.PaintAsync(
                new PaintRequest { Model = Client.Reference(BuiltInModels.Image, false), Prompt = golden.Prompt, Seed = golden.Seed, Steps = golden.Steps, Guidance = golden.Guidance }, _ => steps++, Stop);
            Assert.True(golden.Matches(result.Png.Span), $"{golden.Prompt}: {golden.Difference(result.Png.Span)} off");
            Assert.Equal(golden.Steps, steps);
        }
    }

    [Fact]
    public async Task Canary_OnTheCpu_ProvesItWithASpeed()
    {
        var proof = await CanaryRunner.RunAsync(Client, Cpu, AcceleratorKind.CPU, TimeProvider.System, Stop);
        Assert.True(proof.IsProven, proof.Failure);
        Assert.Equal("tok/s", proof.Speed!.Unit);
        Assert.True(proof.Speed.Value > 1);
    }

    [Fact]
    public async Task ImageCanary_OnTheCpu_ProvesItWithTheTimeOfAStepAndGivesTheMemoryBack()
    {
        var proof = await CanaryRunner.RunImageAsync(Client, Cpu, AcceleratorKind.CPU, Stop);
        Assert.Null(proof.Failure);
        Assert.True(proof.MsPerStep > 0);
        Assert.DoesNotContain(BuiltInModels.ImageId, (await Client.LoadedAsync(Stop)).Keys);
    }

    [Theory]
    [InlineData("QNNExecutionProvider", AcceleratorKind.NPU)]
    [InlineData("CUDAExecutionProvider", AcceleratorKind.GPU)]
    public async Task Canary_OnAnAbsentProvider_ProvesNothingAndSaysWhy(string provider, AcceleratorKind kind)
    {
        var proof = await CanaryRunner.RunAsync(new InferenceClient(_worker, provider), provider, kind, TimeProvider.System, Stop);
        Assert.False(proof.IsProven);
        Assert.Null(proof.Speed);
        Assert.Contains("not in this build", proof.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_WorkerKilledMeanwhile_FailsWithTheCauseAndTheNextRunWorks()
    {
        var request = new GenerateRequest { Model = Client.Reference(BuiltInModels.Text, false), Greedy = true };
        request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });
        var first = 0;

        // The built-in model is quick: its whole answer may be on its way before the first word is seen here. Then the next worker is killed.
        TaskFailedException? failed = null;
        for (var tries = 0; failed is null && tries < 10; tries++)
        {
            await Client.GenerateAsync(request, _ => { }, Stop);
            first = _worker.ProcessId!.Value;
            failed = await Record.ExceptionAsync(() => Client.GenerateAsync(request, _ => Process.GetProcessById(first).Kill(), Stop)) as TaskFailedException;
            await Until.TrueAsync("the killed worker to be seen as ended", () => _worker.ProcessId is null);
        }

        Assert.NotNull(failed);
        Assert.Equal(ReasonCode.OutOfMemory, failed.Reason);
        Assert.Contains(BuiltInModels.TextId, failed.Message, StringComparison.Ordinal);
        Assert.Contains("SIGKILL", failed.Message, StringComparison.Ordinal);

        await Client.GenerateAsync(request, _ => { }, Stop);
        Assert.NotEqual(first, _worker.ProcessId);
    }

    [Fact]
    public async Task Worker_OverItsMemoryLimit_IsEndedWithTheCause()
    {
        await using var small = Supervisor(new WorkerOptions { MemoryLimitMb = 1 });
        var request = new GenerateRequest { Model = Client.Reference(BuiltInModels.Text, false), Greedy = true };
        request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });
        var failed = await Assert.ThrowsAsync<TaskFailedException>(async () =>
        {
            while (true)
            {
                await new InferenceClient(small, Cpu).GenerateAsync(request, _ => { }, Stop);
            }
        });
        Assert.Equal(ReasonCode.OutOfMemory, failed.Reason);
        Assert.Contains("its limit of 1 MB", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_ToldToStopByTheTerminalOrTheSystem_EndsWithItsAgentOnly()
    {
        await _worker.UseAsync("listing", async w => await w.Client.ProvidersAsync(new ProvidersRequest()), Stop);
        var process = _worker.ProcessId!.Value;
        foreach (var signal in new[] { 2, 15 })
        {
            ChildProcess.Signal(process, signal);
            await _worker.UseAsync("listing", async w => await w.Client.ProvidersAsync(new ProvidersRequest()), Stop);
        }

        Assert.Equal(process, _worker.ProcessId);
    }

    [Fact]
    public async Task Runtime_AfterATaskAndAfterItsWorkerEnded_TellsWhatIsInMemory()
    {
        using var measurer = new OnnxMeasurer(_ => _worker, TimeProvider.System);
        var runtime = new OnnxRuntime(OnnxProvider.Cpu, new LocalModels(), new AcceleratorProofs(), _worker, measurer, TimeProvider.System);
        Assert.Null(Resident());
        await runtime.RunAsync(Wanted.Chat(BuiltInModels.TextId, "what is a bicycle?"), new Written(), Stop);
        await Until.TrueAsync("the model to be told as loaded", () => Resident() > 1_000);

        Process.GetProcessById(_worker.ProcessId!.Value).Kill();
        await Until.TrueAsync("it to be told as gone", () => Resident() is null);

        long? Resident() => runtime.Info.Models.Single(m => m.Id == BuiltInModels.TextId).ResidentBytes;
    }

    [Fact]
    public async Task Worker_NotUsedForLong_IsStopped()
    {
        await using var worker = Supervisor(new WorkerOptions { IdleAfter = TimeSpan.FromMilliseconds(50) });
        await worker.UseAsync("listing", async w => await w.Client.ProvidersAsync(new ProvidersRequest()), Stop);
        await Until.TrueAsync("the idle worker to stop", () => worker.ProcessId is null);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    public async Task Generate_DamagedModel_IsANamedErrorAndTheWorkerGoesOn(string how)
    {
        using var folder = new TemporaryDirectory();
        CopyModel(BuiltInModels.Text.Folder, folder.Path);
        var onnx = Directory.GetFiles(folder.Path, "*.onnx", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(onnx, Stop);
        await File.WriteAllBytesAsync(onnx, how == "garbage" ? [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31))] : bytes[..(bytes.Length / 3)], Stop);

        await _worker.UseAsync("listing", async w => await w.Client.ProvidersAsync(new ProvidersRequest()), Stop);
        var before = _worker.ProcessId;
        var model = BuiltInModels.Text with { Id = "broken", Folder = folder.Path };
        var request = new GenerateRequest { Model = Client.Reference(model, false), Greedy = true };
        request.Turns.Add(new Turn { Role = "user", Content = "what is a bicycle?" });
        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => Client.GenerateAsync(request, _ => { }, Stop));
        Assert.Equal(ReasonCode.ModelMissing, failed.Reason);
        Assert.Equal(before, _worker.ProcessId);
    }

    [Fact]
    public async Task Worker_Environment_HasNoSecretsOfTheAgent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        Environment.SetEnvironmentVariable("EDGEMESH_OPENAI_KEY", "sk-secret-of-the-agent");
        try
        {
            await using var worker = Supervisor(new WorkerOptions());
            await worker.UseAsync("listing", async w => await w.Client.ProvidersAsync(new ProvidersRequest()), Stop);
            Assert.DoesNotContain("sk-secret-of-the-agent", await File.ReadAllTextAsync($"/proc/{worker.ProcessId}/environ", Stop), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("EDGEMESH_OPENAI_KEY", null);
        }
    }

    private static WorkerSupervisor Supervisor(WorkerOptions options) => new(options with { ModelFolders = [Path.GetTempPath()] }, TimeProvider.System, NullLogger<WorkerSupervisor>.Instance);

    private static void CopyModel(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
