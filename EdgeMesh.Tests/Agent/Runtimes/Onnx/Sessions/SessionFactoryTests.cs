using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Sessions;

/// <summary>Opening models: what is refused, and how it is said.</summary>
public sealed class SessionFactoryTests : IDisposable
{
    private static readonly string Model = Path.Combine(ModelFixtures.Fixture("plain"), "onnx", "model.onnx");
    private readonly TemporaryFolder _folder = new();

    /// <summary>Those that this machine does not have; no machine has them all.</summary>
    public static TheoryData<string> Absent => [.. ExecutionProviders.All.Where(p => !p.IsAvailable).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Absent))]
    public void Open_ProviderThatIsAbsent_IsNamedAndNothingRunsOnTheCpu(string name)
    {
        var provider = ExecutionProviders.Find(name)!;

        foreach (var required in new[] { true, false })
        {
            var failure = Assert.Throws<TaskFailedException>(() => SessionFactory.Open(Model, provider, new() { RequireAccelerator = required }));

            Assert.Equal(ReasonCode.Unsupported, failure.Reason);
            Assert.Contains("not in this build", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Nothing was run on the CPU instead", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Available_Cpu_IsThere() => Assert.Contains(ExecutionProviders.Cpu, ExecutionProviders.Available(AcceleratorKind.CPU));

    [Fact]
    public void All_Providers_HaveTheirOwnNames() =>
        Assert.Equal(7, ExecutionProviders.All.Select(p => p.Name).Distinct().Count());

    [Fact]
    public void Register_LibraryThatIsNone_IsNamed()
    {
        var path = Path.Combine(_folder.Path, "onnxruntime_providers_none.so");
        File.WriteAllText(path, "not a library");

        var broken = Assert.Throws<TaskFailedException>(() => PluginLibraries.Register(path));
        var missing = Assert.Throws<TaskFailedException>(() => PluginLibraries.Register(path + "x"));

        Assert.Contains("could not be loaded", broken.Message, StringComparison.Ordinal);
        Assert.Contains("is not there", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Disposed_LeavesNoProfileBehind()
    {
        var before = Profiles();
        var opened = SessionFactory.Open(Model, ExecutionProviders.Cpu);
        // Other tests profile as well; each of these files must go.
        var during = Profiles().Except(before).ToArray();

        opened.Dispose();

        Assert.NotEmpty(during);
        await Until.TrueAsync("the profiles to be gone", () => !during.Any(File.Exists));
    }

    [Fact]
    public void Open_ThreadsOutOfRange_IsRefused() =>
        Assert.Equal(ReasonCode.BadInput, Assert.Throws<TaskFailedException>(() => SessionFactory.Open(Model, ExecutionProviders.Cpu, new() { Threads = 1000 })).Reason);

    [Theory]
    [InlineData("../../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/../../../x")]
    [InlineData("weights\0../../secret.bin")]
    public void Open_WeightsOutsideTheFolder_IsRefused(string location)
    {
        var path = WithExternal(location);

        var failure = Assert.Throws<TaskFailedException>(() => SessionFactory.Open(path, ExecutionProviders.Cpu));

        Assert.Equal(ReasonCode.Refused, failure.Reason);
        Assert.Contains("outside its folder", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sparse")]
    [InlineData("function")]
    [InlineData("training")]
    [InlineData("attribute")]
    public void Open_WeightsOutsideTheFolderNamedElsewhereThanInAGraphsTensors_IsRefused(string where)
    {
        var path = WithExternal("inside");
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(path)!, "inside"), new string('x', 100_000));
        var entry = (byte[])[.. Text(1, "location"), .. Text(2, "../../secret.bin")];
        var tensor = (byte[])[0x08, 4, 0x10, 1, .. Text(8, "v"), .. Bytes(13, entry), 0x70, 1];
        var sparse = Bytes(1, tensor);
        byte[] extra = where switch
        {
            "sparse" => Bytes(7, Bytes(15, sparse)),
            "training" => [0xA2, 0x01, .. Sized(Bytes(1, Bytes(5, tensor)))],
            "function" => [0xCA, 0x01, .. Sized(Bytes(7, Bytes(5, Bytes(5, tensor))))],
            _ => Bytes(7, Bytes(1, Bytes(5, [0xB2, 0x01, .. Sized(sparse)]))),
        };
        var minimal = Minimal("inside");
        if (extra[0] == 0x3A)
        {
            // Into the one graph there is: it comes last in a message that is merged.
            minimal = [0x08, 8, .. extra, .. Bytes(8, [0x10, 14])];
            extra = [];
        }

        File.WriteAllBytes(path, [.. minimal, .. extra]);
        var failure = Assert.Throws<TaskFailedException>(() => SessionFactory.Open(path, ExecutionProviders.Cpu));
        Assert.Equal((ReasonCode.Refused, true), (failure.Reason, failure.Message.Contains("outside its folder", StringComparison.Ordinal)));
    }

    [Fact]
    public void Open_WeightsBehindALink_IsRefused()
    {
        var path = WithExternal("weights");
        var outside = Path.Combine(_folder.Path, "outside");
        File.WriteAllText(outside, new string('x', 100_000));
        File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(path)!, "weights"), outside);

        Assert.Equal(ReasonCode.Refused, Assert.Throws<TaskFailedException>(() => SessionFactory.Open(path, ExecutionProviders.Cpu)).Reason);
    }

    [Fact]
    public void Read_ExternalData_CountsItsBytesAndParameters()
    {
        var path = Path.Combine(ModelFixtures.Fixture("external-data"), "onnx", "model.onnx");

        var file = OnnxFileReader.Read(path);

        Assert.Equal(new FileInfo(path).Length + new FileInfo(path + "_data").Length, file.Bytes);
        Assert.NotEmpty(file.External);
        Assert.All(file.External, e => Assert.Equal("model.onnx_data", e.Location));
        Assert.True(file.Parameters > 5000);
        Assert.True(file.Nodes > 50);
    }

    [Fact]
    public void Read_GroupQueryAttention_ReadsTheCache()
    {
        var file = OnnxFileReader.Read(Path.Combine(ModelFixtures.Fixture("group-query"), "onnx", "model.onnx"));

        Assert.Equal(["GroupQueryAttention"], file.Readers["past_key_values.1.value"]);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Profiles() => Directory.GetFiles(Path.GetTempPath(), "edgemesh-*.json");

    /// <summary>The model with external weights, its location replaced by another of any length.</summary>
    private string WithExternal(string location)
    {
        var folder = ModelFixtures.Copy(ModelFixtures.Fixture("external-data"), Path.Combine(_folder.Path, "model"));
        var path = Path.Combine(folder, "onnx", "model.onnx");
        File.WriteAllBytes(path, Minimal(location));
        return path;
    }

    /// <summary>The smallest model with one external weight, as protobuf: a graph of one Identity node and one float tensor of 4 elements.</summary>
    private static byte[] Minimal(string location)
    {
        var entry = (byte[])[.. Text(1, "location"), .. Text(2, location)];
        var tensor = (byte[])[0x08, 4, 0x10, 1, .. Text(8, "w"), .. Bytes(13, entry), 0x70, 1];
        var node = (byte[])[.. Text(1, "w"), .. Text(2, "y"), .. Text(4, "Identity")];
        var shape = Bytes(2, Bytes(1, [0x08, 4]));
        var type = Bytes(1, [0x08, 1, .. shape]);
        var output = (byte[])[.. Text(1, "y"), .. Bytes(2, type)];
        var graph = (byte[])[.. Bytes(1, node), .. Text(2, "g"), .. Bytes(5, tensor), .. Bytes(12, output)];
        return [0x08, 8, .. Bytes(7, graph), .. Bytes(8, [0x10, 14])];
    }

    private static byte[] Sized(byte[] content) => [(byte)content.Length, .. content];

    private static byte[] Text(int field, string text) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];
}
