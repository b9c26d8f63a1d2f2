using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OnnxInput = EdgeMesh.Core.Contracts.OnnxInput;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;

/// <summary>Real worker processes that load and run real files.</summary>
public sealed class OnnxMeasurerTests : IDisposable
{
    private const string Cpu = "CPUExecutionProvider";
    private readonly TemporaryDirectory _folder = new();
    private readonly Written _output = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ModelWithOpenSizes_IsMeasuredWithMadeInputs()
    {
        var receipt = await RunAsync(Model(TinyModel.Add()), new OnnxRun { Iterations = 7, WarmUp = 1, Inputs = { new OnnxInput { Name = "a", Shape = new OnnxShape { Sizes = { 1, 4 } } } } });

        var m = receipt.Measurement;
        Assert.Equal(("net.onnx", 7, 1, false, false), (m.File, m.Iterations, m.WarmUp, m.Capped, m.Precompiled));
        Assert.True(m.FirstLoadMs > 0 && m.WarmLoadMs > 0 && m.MinMs > 0, m.ToString());
        Assert.True(m.MinMs <= m.P50Ms && m.P50Ms <= m.P90Ms && m.P90Ms <= m.MaxMs, m.ToString());
        Assert.Equal((Cpu, 1), (Assert.Single(m.Shares).Provider, m.Shares[0].Nodes));
        Assert.Equal(["a float32 1,4 made", "b float32 1,4 made"], m.Inputs.Select(Said));
        Assert.Equal(["sum float32 1,4 "], m.Outputs.Select(Said));
        Assert.Equal("CPU", receipt.Accelerator);
        Assert.Equal(8, receipt.OutputUnits);
        Assert.Contains("the median of 7", _output.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SizesGivenForEveryInput_AreUsed()
    {
        var run = new OnnxRun { Iterations = 1 };
        run.Inputs.AddRange(new[] { "a", "b" }.Select(n => new OnnxInput { Name = n, Shape = new OnnxShape { Sizes = { 300, 4 } } }));

        Assert.Equal(["sum float32 300,4 "], (await RunAsync(Model(TinyModel.Add()), run)).Measurement.Outputs.Select(Said));
    }

    [Fact]
    public async Task Run_InputsOfNumPyAndPlainNumbers_AreGiven()
    {
        var run = new OnnxRun { Iterations = 1, Npz = ByteString.CopyFrom(NpyTests.Archive(("a.npy", NpyTests.Array("<f4", "(2, 4)", 32)))) };
        run.Inputs.Add(new OnnxInput { Name = "b", Data = ByteString.CopyFrom(new byte[32]) });

        Assert.All((await RunAsync(Model(TinyModel.Add(dynamic: false)), run)).Measurement.Inputs, i => Assert.Equal("given", i.Origin));
    }

    [Theory]
    [InlineData("c", "", "The model has no input c. Its inputs are a, b.")]
    [InlineData("a", "3,4", "a is given as [3, 4]; the model wants [2, 4].")]
    [InlineData("a", "4", "a is given as [4]; the model wants [2, 4].")]
    public async Task Run_InputThatDoesNotFit_IsNamed(string name, string sizes, string cause)
    {
        var input = new OnnxInput { Name = name, Shape = sizes.Length == 0 ? null : new OnnxShape { Sizes = { sizes.Split(',').Select(long.Parse) } } };

        var failed = await FailsAsync(Model(TinyModel.Add(dynamic: false)), new OnnxRun { Iterations = 1, Inputs = { input } });

        Assert.Equal((ReasonCode.BadInput, cause), (failed.Reason, failed.Message));
    }

    [Fact]
    public async Task Run_SizeBelowNothing_IsNamed() =>
        Assert.Contains("the model wants [any, 4]", (await FailsAsync(Model(TinyModel.Add()), new OnnxRun { Iterations = 1, Inputs = { new OnnxInput { Name = "a", Shape = new OnnxShape { Sizes = { -2, 4 } } } } })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Run_BytesThatAreTooFew_AreCounted()
    {
        var failed = await FailsAsync(Model(TinyModel.Add(dynamic: false)), new OnnxRun { Iterations = 1, Inputs = { new OnnxInput { Name = "a", Data = ByteString.CopyFrom(new byte[31]) } } });

        Assert.Equal("a has 31 bytes; [2, 4] of float32 has 32.", failed.Message);
    }

    [Fact]
    public async Task Run_ArrayOfAnotherType_IsNamed()
    {
        var run = new OnnxRun { Iterations = 1, Inputs = { new OnnxInput { Name = "a", Data = ByteString.CopyFrom(NpyTests.Array("<f8", "(2, 4)", 64)) } } };

        Assert.Equal("a is float64; the model wants float32.", (await FailsAsync(Model(TinyModel.Add(dynamic: false)), run)).Message);
    }

    [Fact]
    public async Task Run_InputsBeyondTheLimit_AreRefusedBeforeTheyTakeMemory()
    {
        var run = new OnnxRun { Iterations = 1, Inputs = { new OnnxInput { Name = "a", Shape = new OnnxShape { Sizes = { int.MaxValue, 4 } } } } };

        var failed = await FailsAsync(Model(TinyModel.Add()), run);

        Assert.Equal(ReasonCode.BadInput, failed.Reason);
        Assert.Contains("more than is allowed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SizesThatTheModelCannotAdd_AreABadInputInWords()
    {
        var run = new OnnxRun { Iterations = 1, Inputs = { new OnnxInput { Name = "a", Shape = new OnnxShape { Sizes = { 2, 4 } } }, new OnnxInput { Name = "b", Shape = new OnnxShape { Sizes = { 3, 4 } } } } };

        var failed = await FailsAsync(Model(TinyModel.Add()), run);

        Assert.Equal(ReasonCode.BadInput, failed.Reason);
        Assert.Contains("does not run with these inputs", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TextModelOfAFixture_RunsItsOneFile()
    {
        var model = new LocalModel("plain", ModelFixtures.Copy(ModelFixtures.Fixture("plain"), _folder.Path), LocalModelKind.Text, [], 1, 64, 1, false);

        var m = (await RunAsync(model, new OnnxRun { Iterations = 2 })).Measurement;

        Assert.Equal("onnx/model.onnx", m.File);
        Assert.Contains(m.Outputs, o => o.Name == "logits");
        Assert.True(m.Shares.Sum(s => s.Nodes) > 10);
    }

    [Fact]
    public async Task Run_ContextBinaryOnTheCpu_IsRefusedWithTheReason()
    {
        var failed = await FailsAsync(Model(TinyModel.Context(null)), new OnnxRun { Iterations = 1 });

        Assert.Equal(ReasonCode.Unsupported, failed.Reason);
        Assert.Contains("compiled for a Qualcomm NPU", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContextBinaryOnQnn_OpensAsOneOrSaysWhatIsMissing()
    {
        await File.WriteAllTextAsync(_folder["net.bin"], "a binary of no use", Stop);
        var model = Model(TinyModel.Context("net.bin")) with { Kind = LocalModelKind.EpContext };

        var failed = await FailsAsync(model, new OnnxRun { Iterations = 1 }, new OnnxProvider(OnnxProvider.Qnn, "QNN (Qualcomm NPU)", AcceleratorKind.NPU));

        // With QNN it is the binary that is refused, without it QNN is what is missing: never a fall back to the CPU.
        Assert.Equal(ReasonCode.Unsupported, failed.Reason);
        Assert.Contains("QNN", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.bin")]
    public async Task Run_Placeholder_IsNeverRun(string file)
    {
        var model = Model(TinyModel.Context("net.bin")) with { Kind = LocalModelKind.EpContext };
        await File.WriteAllTextAsync(_folder[file], EmulatedArtifact.Line + "\nfor qualcomm-snapdragon-x-elite", Stop);

        var failed = await FailsAsync(model, new OnnxRun { Iterations = 1 }, new OnnxProvider(OnnxProvider.Qnn, "QNN (Qualcomm NPU)", AcceleratorKind.NPU));

        Assert.Equal(ReasonCode.Unsupported, failed.Reason);
        Assert.Contains("placeholder that the AI Hub emulator made", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    public async Task Run_DamagedModel_IsNamed(string how)
    {
        var whole = TinyModel.Add();
        var failed = await FailsAsync(Model(how == "garbage" ? [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31))] : whole[..^20]), new OnnxRun { Iterations = 1 });

        Assert.Equal(ReasonCode.ModelMissing, failed.Reason);
        Assert.Contains("is damaged", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InputThatIsText_IsUnsupported() =>
        Assert.Contains("is no tensor of numbers", (await FailsAsync(Model(TinyModel.OfText()), new OnnxRun { Iterations = 1 })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Run_ModelThatDoesNotEnd_IsStoppedAtTheLimitAndNothingIsLeft()
    {
        using var measurer = Measurer(new MeasureLimits { Whole = TimeSpan.FromSeconds(4) });

        var failed = await Assert.ThrowsAsync<TaskFailedException>(() => measurer.RunAsync(OnnxProvider.Cpu, Model(TinyModel.Endless()), new OnnxRun { Iterations = 1 }, _output, Stop));

        Assert.Equal(ReasonCode.Timeout, failed.Reason);
        Assert.Contains("its worker was ended", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_StopsInTheMiddleOfARun()
    {
        using var measurer = Measurer();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = measurer.RunAsync(OnnxProvider.Cpu, Model(TinyModel.Endless()), new OnnxRun { Iterations = 1 }, _output, cancel.Token);
        await Until.TrueAsync("the model to be loaded", () => !_output.Steps.IsEmpty);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static string Said(Tensor tensor) => $"{tensor.Name} {tensor.Type} {string.Join(',', tensor.Shape)} {tensor.Origin}";

    private OnnxMeasurer Measurer(MeasureLimits? limits = null) =>
        new(_ => new WorkerSupervisor(new WorkerOptions { ModelFolders = [_folder.Path] }, TimeProvider.System, NullLogger<WorkerSupervisor>.Instance), TimeProvider.System, limits);

    private LocalModel Model(byte[] content)
    {
        File.WriteAllBytes(_folder["net.onnx"], content);
        return new LocalModel("net", _folder.Path, LocalModelKind.Onnx, [], content.Length, null, 2, false);
    }

    private async Task<TaskReceipt> RunAsync(LocalModel model, OnnxRun run, OnnxProvider? provider = null)
    {
        using var measurer = Measurer();
        return await measurer.RunAsync(provider ?? OnnxProvider.Cpu, model, run, _output, Stop);
    }

    private Task<TaskFailedException> FailsAsync(LocalModel model, OnnxRun run, OnnxProvider? provider = null) =>
        Assert.ThrowsAsync<TaskFailedException>(() => RunAsync(model, run, provider));
}
