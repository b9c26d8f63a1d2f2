using EdgeMesh.QaiHub.Wire;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Profiles: the model's own operations, emulated times.</summary>
public sealed class ProfileTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Profile_HasTheModelsOperations_EachOnAUnit()
    {
        var hub = shared.Hub;
        var profile = await ProfileAsync(hub, await hub.UploadAsync(OnnxFiles.Tiny()));
        Assert.Equal(
            [("conv1", "Conv", ComputeUnit.Npu), ("relu1", "Relu", ComputeUnit.Npu), ("select", "NonMaxSuppression", ComputeUnit.Cpu)],
            profile.LayerDetails.Select(l => (l.Name, l.LayerTypeName, l.ComputeUnit)));
        Assert.Equal([ComputeUnit.Npu, ComputeUnit.Cpu], profile.SegmentDetails.Select(s => s.ComputeUnit));
        Assert.Equal(profile.ExecutionTime, (ulong)profile.LayerDetails.Sum(l => (long)l.ExecutionTime));
        Assert.Equal(100, profile.AllExecutionTimes.Count);
        Assert.Equal(profile.ExecutionTime, profile.AllExecutionTimes.Min());
        Assert.True(profile.ColdLoadTime > profile.WarmLoadTime);
        Assert.InRange(profile.PeakMemoryUsage, profile.ExecutionMemory.Peak.Lower, profile.ExecutionMemory.Peak.Upper);
    }

    [Fact]
    public async Task Profile_SaysThatItIsEmulated()
    {
        var hub = shared.Hub;
        var profile = await ProfileAsync(hub, await hub.UploadAsync(OnnxFiles.Tiny()));
        Assert.Contains("emulator", Assert.Single(profile.ToolVersions).Name, StringComparison.Ordinal);
        Assert.Contains("nothing was measured", Assert.Single(Assert.Single(profile.RuntimeConfig).Properties).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_OfTheSameModelOnTheSameDevice_IsTheSame()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        Assert.Equal(await ProfileAsync(hub, model), await ProfileAsync(hub, model));
        Assert.NotEqual((await ProfileAsync(hub, model)).ExecutionTime, (await ProfileAsync(hub, model, device: new Device { Name = "Google Pixel 3" })).ExecutionTime);
    }

    [Fact]
    public async Task Profile_OnANewerNpu_IsFaster()
    {
        var hub = shared.Hub;
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        var times = new List<ulong>();
        foreach (string device in (string[])["Snapdragon X2 Elite CRD", "Snapdragon 8 Elite QRD", "Samsung Galaxy S24", "Samsung Galaxy S22 5G", "Google Pixel 3"])
        {
            times.Add((await ProfileAsync(hub, model, device: new Device { Name = device })).ExecutionTime);
        }

        Assert.Equal(times.Order(), times);
        Assert.True(times[0] < times[^1]);
    }

    [Theory]
    [InlineData("--compute_unit cpu", ComputeUnit.Cpu)]
    [InlineData("--compute_unit gpu", ComputeUnit.Gpu)]
    [InlineData("--compute_unit npu,cpu --max_profiler_iterations 7", ComputeUnit.Npu)]
    public async Task Profile_OnAnAskedUnit_RunsThere(string options, ComputeUnit unit)
    {
        var hub = shared.Hub;
        var profile = await ProfileAsync(hub, await hub.UploadAsync(OnnxFiles.Tiny()), options);
        Assert.Equal(unit, profile.LayerDetails[0].ComputeUnit);
        Assert.Equal(options.Contains('7', StringComparison.Ordinal) ? 7 : 100, profile.AllExecutionTimes.Count);
    }

    [Theory]
    [InlineData("Google Pixel 10", ComputeUnit.Cpu)]
    [InlineData("Dragonwing RB3 Gen 2 Vision Kit", ComputeUnit.Cpu)]
    [InlineData("Samsung Galaxy S25", ComputeUnit.Npu)]
    public async Task Profile_OfFloats_UsesTheNpuWhereItCan(string device, ComputeUnit unit)
    {
        var hub = shared.Hub;
        var profile = await ProfileAsync(hub, await hub.UploadAsync(OnnxFiles.Tiny()), device: new Device { Name = device });
        Assert.Equal(unit, profile.LayerDetails[0].ComputeUnit);
    }

    [Fact]
    public async Task Profile_OfAQnnModel_TellsCyclesOnTheNpu()
    {
        var hub = shared.Hub;
        string compile = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), "--target_runtime qnn_context_binary");
        string model = (await hub.EndAsync(compile)).CompileJob.TargetModel.ModelId;
        var profile = await ProfileAsync(hub, model);
        Assert.True(profile.LayerDetails[0] is { HasExecutionCycles: true, HasExecutionTime: false });
        Assert.True(profile.LayerDetails[2] is { HasExecutionCycles: false, HasExecutionTime: true });
    }

    [Fact]
    public async Task Profile_OfAContextBinaryOnAnotherChip_Fails()
    {
        var hub = shared.Hub;
        string compile = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), "--target_runtime qnn_context_binary");
        string model = (await hub.EndAsync(compile)).CompileJob.TargetModel.ModelId;
        var job = await hub.EndAsync(await hub.ProfileAsync(model, device: new Device { Name = "Samsung Galaxy S25" }));
        Assert.Equal(JobFailureType.DspVersionMismatch, job.FailureType);
        Assert.Contains("another chipset", job.ProfileJob.FailureReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_WithUnknownOptions_Fails()
    {
        var hub = shared.Hub;
        var job = await hub.EndAsync(await hub.ProfileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), "--target_runtime onnx"));
        Assert.Equal("unrecognized arguments: --target_runtime onnx", job.ProfileJob.FailureReason);
    }

    private static async Task<ProfileDetail> ProfileAsync(RawHub hub, string model, string options = "", Device? device = null)
    {
        string id = await hub.ProfileAsync(model, options, device);
        var job = await hub.EndAsync(id);
        Assert.Equal("", job.ProfileJob.FailureReason);
        var profile = (await hub.GetAsync($"jobs/{id}/result/", JobResult.Parser)).ProfileJobResult.Profile;
        Assert.Equal(job.ProfileJob.ExecutionTime, profile.ExecutionTime);
        return profile;
    }
}
