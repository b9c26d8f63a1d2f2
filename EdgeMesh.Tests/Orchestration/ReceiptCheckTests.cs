using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What a device says of its work is believed as far as it can be, and the page of it opens.</summary>
public sealed class ReceiptCheckTests
{
    [Fact]
    public async Task Receipt_ImpossibleFigures_AreLeftOut()
    {
        var receipt = (await RunAsync(new TaskReceipt
        {
            Accelerator = "NPU", AcceleratorNote = "trust me", PromptTokens = -7, OutputTokens = long.MaxValue, InputUnits = 9_000_000_000_000_000_000, OutputUnits = -1, ReasoningTokens = -1,
            FirstOutputMs = 1e15, QueueMs = -5, RunMs = 1e15, PeakRamMb = long.MaxValue, AgentVersion = "0.1.0",
        })).Tasks[0].Attempts[0].Receipt!;
        Assert.Equal((null, null, null, null, null), (receipt.PromptTokens, receipt.OutputTokens, receipt.InputUnits, receipt.OutputUnits, receipt.ReasoningTokens));
        Assert.Equal((null, null, 0), (receipt.FirstOutputMs, receipt.PeakRamMb, receipt.DeviceQueueMs));
        Assert.InRange(receipt.RunMs, 0, 600_000);
        Assert.Null(receipt.Accelerator);
        Assert.Contains("has not proven", receipt.AcceleratorNote, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_PossibleFigures_AreKept()
    {
        var receipt = (await RunAsync(new TaskReceipt { Accelerator = "CPU", AcceleratorNote = "a test", PromptTokens = 7, OutputTokens = 0, RunMs = 0.5, PeakRamMb = 12, AgentVersion = "0.1.0" })).Tasks[0].Attempts[0].Receipt!;
        Assert.Equal((7, 0, 0.5, 12, AcceleratorKind.CPU), (receipt.PromptTokens, receipt.OutputTokens, receipt.RunMs, receipt.PeakRamMb, receipt.Accelerator));
    }

    [Theory]
    [InlineData("another", "echo")]
    [InlineData("system", "another")]
    public async Task Receipt_OfAnotherModelOrRuntime_IsAFailure(string runtime, string model)
    {
        var job = await RunAsync(new TaskReceipt { RuntimeId = runtime, ModelId = model, Accelerator = "CPU", AgentVersion = "0.1.0" });
        Assert.Equal(JobState.Failed, job.State);
        var attempt = job.Tasks[0].Attempts[0];
        Assert.Equal(ReasonCode.BadOutput, attempt.Reason);
        Assert.Contains($"it ran {model} in {runtime} instead of echo in system", attempt.Cause, StringComparison.Ordinal);
    }

    private static async Task<JobView> RunAsync(TaskReceipt receipt)
    {
        await using var mesh = await MeshHost.StartAsync();
        var device = await mesh.JoinAsync("Kitchen");
        device.OnRun = run =>
        {
            var mine = receipt.Clone();
            mine.RuntimeId = mine.RuntimeId.Length == 0 ? run.Request.RuntimeId : mine.RuntimeId;
            mine.ModelId = mine.ModelId.Length == 0 ? run.Request.ModelId : mine.ModelId;
            run.Started().Text("hello").Say(new TaskUpdate { Receipt = mine }).Leave();
        };
        return await mesh.EndedAsync(await mesh.SubmitAsync(new JobRequest(JobKind.Echo, "hello", JobPolicy.ForceDevice, device.Id, null, null, new EchoOptions(1))));
    }
}
