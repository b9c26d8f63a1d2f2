using System.Security.Cryptography;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Models.Deploy;

/// <summary>What is checked before a compiled model goes to a device.</summary>
public sealed class ArtifactDeploymentTests : IDisposable
{
    private static readonly RuntimeInfo Onnx = new("onnx-cpu", "ONNX Runtime, CPU", RuntimeState.Ready, null, [], [TaskKind.OnnxRun], AcceleratorKind.CPU);
    private static readonly DeviceSnapshot Pc = Samples.Device("PC") with { Runtimes = [Onnx] };
    private static readonly DeviceSnapshot Phone = Samples.Device("Phone", 1, DeviceState.Lost) with { Profile = Samples.Profile() with { CpuModel = "QTI SM8650" }, Runtimes = [Onnx] };
    private static readonly ArtifactFacts Compiled = new(ArtifactKind.PrecompiledQnnOnnx, new ChipsetTarget(["qualcomm-snapdragon-8gen3"], "v75", 57));
    private static readonly ArtifactFacts Plain = new(ArtifactKind.Onnx, ChipsetTarget.Any);
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeModels _models = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Places_EveryDevice_SaysWhetherItFitsAndWhy()
    {
        var places = Deployment.Places(Compiled);

        Assert.Equal(["PC True False", "Phone False True"], places.Select(p => $"{p.Name} {p.Online} {p.Fit.Fits}"));
        Assert.All(places, p => Assert.NotEmpty(p.Fit.Why));
    }

    [Fact]
    public async Task Deploy_FileThatIsWhatItsChecksumSays_GoesToTheTransfers()
    {
        var order = Order(Plain, Pc.Id, Phone.Id) with { FileName = "net.onnx.zip" };

        Assert.Null((await DeployAsync(order)).Problem);

        var given = Assert.Single(_models.Installed);
        var source = Assert.IsType<ModelSource.Artifact>(given.Source);
        Assert.Equal(("net", 7L, "net.onnx.zip", order.Sha256), (given.Id, source.File.Bytes, source.File.Path, source.File.Sha256));
        Assert.Equal("QAI Hub job jabc, model mabc", source.Name);
        Assert.Equal([Pc.Id, Phone.Id], given.Devices);
    }

    [Fact]
    public async Task Deploy_AnotherContentThanWasDownloaded_IsRefused()
    {
        var order = Order(Plain, Pc.Id);
        await File.WriteAllTextAsync(order.Path, "changed", TestContext.Current.CancellationToken);

        Assert.Equal("artifact_damaged", (await DeployAsync(order with { Sha256 = new string('a', 64) })).Problem!.Code);
        Assert.Equal("artifact_unread", (await DeployAsync(order with { Path = _directory["gone"] })).Problem!.Code);
        Assert.Empty(_models.Installed);
    }

    [Fact]
    public async Task Deploy_DeviceItDoesNotFit_IsRefusedWithTheReason()
    {
        var problem = (await DeployAsync(Order(Compiled, Phone.Id, Pc.Id))).Problem!;

        Assert.Equal(("artifact_does_not_fit", "net does not fit PC."), (problem.Code, problem.Title));
        Assert.Contains("Compiled for qualcomm-snapdragon-8gen3", problem.Detail, StringComparison.Ordinal);
        Assert.Empty(_models.Installed);
    }

    [Fact]
    public async Task Deploy_LiteRt_IsDownloadOnly() =>
        Assert.Contains("download it", (await DeployAsync(Order(new ArtifactFacts(ArtifactKind.TfLite, Compiled.Target), Phone.Id))).Problem!.Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData("../net.onnx")]
    [InlineData("")]
    [InlineData("a\\b.onnx")]
    [InlineData("nul.onnx")]
    [InlineData("a:b")]
    public async Task Deploy_NameThatIsNoFileName_IsRefused(string name) =>
        Assert.Equal("name_invalid", (await DeployAsync(Order(Plain, Pc.Id) with { FileName = name })).Problem!.Code);

    private ArtifactDeployment Deployment => new(new FakeFleet(Pc, Phone), _models);

    private Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(ArtifactOrder order) => Deployment.DeployAsync(order, TestContext.Current.CancellationToken);

    private ArtifactOrder Order(ArtifactFacts facts, params ReadOnlySpan<DeviceId> devices)
    {
        File.WriteAllText(_directory["net"], "content");
        return new ArtifactOrder([.. devices], _directory["net"], "net.onnx", Convert.ToHexStringLower(SHA256.HashData("content"u8)), facts, new HubOrigin("mabc", "jabc", false), "net");
    }
}
