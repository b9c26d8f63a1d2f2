using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Embedded;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Integration;

/// <summary>The real dashboard in this process with its embedded device and its real workers: a compiled model is deployed, run and measured.</summary>
public sealed class ArtifactLoopTests : IAsyncLifetime
{
    private static readonly HubOrigin Origin = new("mqd4x0gnq", "jp1q2w3e5", false);
    private readonly TemporaryDirectory _directory = new();
    private WebApplication _app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IFleet Fleet => _app.Services.GetRequiredService<IFleet>();

    private IJobs Jobs => _app.Services.GetRequiredService<IJobs>();

    private IModels Models => _app.Services.GetRequiredService<IModels>();

    private DeviceSnapshot Device => Fleet.Current.Find(Fleet.LocalDevice!.Value)!;

    public async ValueTask InitializeAsync()
    {
        var builder = DashboardHost.CreateBuilder(new DashboardArguments("http://127.0.0.1:0", _directory["data"]));
        builder.AddOrchestrator();
        builder.AddGateway();
        builder.AddEmbeddedDevice();
        builder.AddModels();
        builder.Services.AddSingleton<IJoinTokens, JoinTokens>();
        _app = builder.Build();
        await _app.StartAsync(Stop);
        await Until.TrueAsync(
            "the embedded device's ONNX Runtime to be ready",
            () => Fleet.LocalDevice is { } id && Fleet.Current.Find(id)?.Runtimes.Any(r => r is { Id: "onnx-cpu", State: RuntimeState.Ready }) == true,
            TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task PlainOnnx_DeployedToTheEmbeddedDevice_IsRunAndMeasured()
    {
        var transfer = await DeployedAsync(Zip(("net.onnx/model.onnx", TinyModel.Add())), "net.onnx.zip");
        Assert.True(transfer.State == TransferState.Succeeded, transfer.Problem?.ToString());
        Assert.Equal("QAI Hub job jp1q2w3e5, model mqd4x0gnq", transfer.Source);
        var stored = await StoredAsync("net");
        Assert.Equal(("onnx", Origin.ToString(), true, "model.onnx"), (stored.Kind, stored.Source, stored.Runnable, Assert.Single(stored.Files).Path));
        await ListedAsync("net", m => m is { CannotRun: null, Skills.IsEmpty: true });
        Assert.True(ModelMatrix.Of(Fleet.Current, Models.Current).Single(r => r.Id == "net").Places.Single().Measurable);

        var options = new OnnxOptions(15, 1, Inputs: [new OnnxInput("a", [6, 4]), new OnnxInput("b", Data: Convert.ToBase64String(NpyTests.Array("<f4", "(6, 4)", 96)))]);
        var job = await RunAsync("net", options);

        Assert.True(job.State == JobState.Succeeded, $"{job.Error}");
        Assert.Equal("Run of net", job.Title);
        Assert.Contains("the median of 15", job.Result!.Text, StringComparison.Ordinal);
        var receipt = job.Tasks.Single().Current!.Receipt!;
        var m = receipt.Measurement!;
        Assert.Equal((15, 1, "model.onnx", AcceleratorKind.CPU), (m.Iterations, m.WarmUp, m.File, receipt.Accelerator));
        Assert.Equal(new ProviderNodes("CPUExecutionProvider", 1), m.Shares.Single());
        Assert.Equal(["a 6,4 made", "b 6,4 given", "sum 6,4 "], m.Inputs.Concat(m.Outputs).Select(t => $"{t.Name} {string.Join(',', t.Shape)} {t.Origin}"));

        // What was measured predicts the next one of the same sizes.
        await Until.TrueAsync("the run to be learned", () => Device.Calibrations.Keys.Any(k => k is { ModelId: "net", Kind: TaskKind.OnnxRun }));
        Assert.Equal(EdgeMesh.Core.Costing.EstimateOrigin.Measured, Jobs.Preview(Request("net", options)).Predicted!.Origin);
    }

    [Fact]
    public async Task Placeholder_IsKeptAndNeverRun()
    {
        var transfer = await DeployedAsync(Encoding.ASCII.GetBytes(EmulatedArtifact.Line + "\n{}"), "net.onnx");
        Assert.True(transfer.State == TransferState.Succeeded, transfer.Problem?.ToString());
        var stored = await StoredAsync("net");
        Assert.Equal(("emulated", false), (stored.Kind, stored.Runnable));
        await ListedAsync("net", m => m.CannotRun is not null);

        var refused = (await Jobs.SubmitAsync(Request("net", new OnnxOptions()), Stop)).Refused!;

        Assert.Contains("placeholder that the AI Hub emulator made", refused.Devices.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostileModel_FailsInWordsAndTheDeviceGoesOn()
    {
        Assert.Equal(TransferState.Succeeded, (await DeployedAsync([.. Enumerable.Range(0, 4_096).Select(i => (byte)(i * 31))], "bad.onnx", "bad")).State);
        Assert.Equal(TransferState.Succeeded, (await DeployedAsync(TinyModel.Add(), "net.onnx")).State);
        await ListedAsync("bad", _ => true);
        await ListedAsync("net", _ => true);

        var bad = await RunAsync("bad", new OnnxOptions(1));
        var good = await RunAsync("net", new OnnxOptions(1));

        Assert.Equal(JobState.Failed, bad.State);
        Assert.Contains("is damaged", bad.Error!.Detail, StringComparison.Ordinal);
        Assert.True(good.State == JobState.Succeeded, $"{good.Error}");
    }

    [Fact]
    public async Task Archive_WithAPathOutside_IsRefusedByTheDevice()
    {
        var transfer = await DeployedAsync(Zip(("../evil.onnx", TinyModel.Add())), "net.onnx.zip");

        Assert.Equal((TransferState.Failed, "unsafe_path"), (transfer.State, transfer.Problem?.Code));
        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "evil*", SearchOption.AllDirectories));
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] files) => NpyTests.Archive(files);

    private static JobRequest Request(string model, OnnxOptions options) => new(JobKind.Onnx, "", JobPolicy.BestAvailable, null, model, null, options);

    private async Task<ModelTransfer> DeployedAsync(byte[] content, string fileName, string model = "net")
    {
        var path = _directory[$"artifact-{Guid.NewGuid():n}"];
        await File.WriteAllBytesAsync(path, content, Stop);
        var deployment = _app.Services.GetRequiredService<IArtifactDeployment>();
        Assert.True(Assert.Single(deployment.Places(new ArtifactFacts(ArtifactKind.Onnx, ChipsetTarget.Any))).Fit.Runs);
        var (transfers, problem) = await deployment.DeployAsync(
            new ArtifactOrder([Device.Id], path, fileName, Convert.ToHexStringLower(SHA256.HashData(content)), new ArtifactFacts(ArtifactKind.Onnx, ChipsetTarget.Any), Origin, model), Stop);
        Assert.True(problem is null, problem?.ToString());
        var id = Assert.Single(transfers).Id;
        await Until.TrueAsync("the transfer to end", () => Models.Current.Transfers.Single(t => t.Id == id).IsOver, TimeSpan.FromSeconds(60));
        return Models.Current.Transfers.Single(t => t.Id == id);
    }

    private Task<StoredModelInfo> StoredAsync(string model) => Until.NotNullAsync(
        "the store to list it", () => Task.FromResult(Models.Current.Stores.GetValueOrDefault(Device.Id)?.Models.FirstOrDefault(m => m.Id == model)));

    private Task ListedAsync(string model, Func<ModelInfo, bool> fits) => Until.TrueAsync(
        "the runtime to list it", () => Device.Runtimes.Any(r => r.Id == "onnx-cpu" && r.Models.Any(m => m.Id == model && fits(m))), TimeSpan.FromSeconds(30));

    private async Task<JobView> RunAsync(string model, OnnxOptions options)
    {
        var outcome = await Jobs.SubmitAsync(Request(model, options), Stop);
        Assert.True(outcome.Id is not null, $"{outcome.Refused?.Problem} {string.Join(", ", outcome.Invalid)}");
        JobView? view = null;
        await Until.TrueAsync("the job to end", async () => (view = await Jobs.GetAsync(outcome.Id.Value, Stop)) is { IsFinished: true }, TimeSpan.FromSeconds(60));
        return view!;
    }
}
