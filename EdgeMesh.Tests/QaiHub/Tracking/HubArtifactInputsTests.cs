using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>A compiled model is run with the sizes that it was compiled for, or with those that its file fixes.</summary>
public sealed class HubArtifactInputsTests : IDisposable
{
    private readonly TrackerMesh mesh = new();

    public void Dispose() => mesh.Dispose();

    /// <summary>What was asked for, what the service says of the target, what the file says; all sizes, and those that a run must name.</summary>
    public static TheoryData<string, string, string, string?, string> Cases => new()
    {
        { "x 1,3,640,640", "", "", "x 1×3×640×640", "x=1×3×640×640" },
        { "x 1,3,640,640", "", "x 1,3,h,w", "x 1×3×640×640", "x=1×3×640×640" },
        { "x 1,3,640,640", "", "x 1,3,640,640", "x 1×3×640×640", "" },
        { "x 1,3,640,640; sr []", "", "x 1,3,h,w; sr []", "x 1×3×640×640, sr scalar", "x=1×3×640×640" },
        { "x 1,3,640,640", "x 1,640,640,3", "", "x 1×640×640×3", "x=1×640×640×3" },
        { "x 1,3,640,640", "", "x 1,640,640,3", "x 1×640×640×3", "" },
        { "x 1,3,640,640", "", "y 1,3,h,w", null, "" },
        { "x 1,3,640,640", "", "x 1,h,w", null, "" },
        { "", "", "x 1,3,h,w", null, "" },
        { "", "", "x 1,3,8,8", "x 1×3×8×8", "" },
        { "x 1,3,h,w", "", "", null, "" },
        { "", "", "", null, "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_Job_IsWhatTheFileFixesElseWhatItWasCompiledFor(string asked, string target, string file, string? all, string given)
    {
        var inputs = HubArtifactInputs.Of(new TrackedJob("j1", HubJobKind.Compile, HubJobState.Done, Samples.Now)
        {
            Inputs = Specs(asked), TargetInputs = Specs(target), Artifact = new HubArtifact("m.onnx.zip", 1, "", Samples.Now) { Inputs = Specs(file) },
        });
        Assert.Equal(all, inputs.All is { } known ? OnnxSizes.Text(known) : null);
        Assert.Equal(given, OnnxSizes.Of(inputs.Options()));
        Assert.Equal(given.Length > 0, inputs.Options().Inputs is not null);
    }

    [Theory]
    [InlineData("QAI Hub job j1, model m1", true)]
    [InlineData("QAI Hub emulator job j1, model m1", true)]
    [InlineData("QAI Hub unconfirmed job j1, model m1", true)]
    [InlineData("QAI Hub job j2, model m1", false)]
    [InlineData("huggingface.co/a/b", false)]
    [InlineData(null, false)]
    public async Task Of_Source_FindsTheJobOfWhateverAccount(string? source, bool known)
    {
        mesh.Start();
        await mesh.Store.SaveAsync("another host|grace", TrackerMesh.Compile("j1") with { Inputs = Specs("x 1,8") }, TrackerMesh.Cancelled);
        var inputs = await new HubArtifactInputs(mesh.Board, mesh.Store).OfAsync(source, TrackerMesh.Cancelled);
        Assert.Equal(known, inputs.All is not null);
        Assert.Equal(known, inputs != ArtifactInputs.Unknown);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Origin_WrittenAndRead_IsTheSame(bool emulated, bool confirmed)
    {
        var origin = new HubOrigin("m1", "j1", emulated, emulated || confirmed);
        Assert.Equal(origin, HubOrigin.Parse(origin.ToString()));
        Assert.Equal(!emulated && confirmed, origin.IsQualcomm);
    }

    [Fact]
    public void Job_KeptAndReadAgain_HasItsSizesAndSource()
    {
        var job = TrackerMesh.Compile("j1") with { Inputs = Specs("x 1,8; s []"), Source = EdgeMesh.QaiHub.HubSource.Emulator };
        var read = System.Text.Json.JsonSerializer.Deserialize<TrackedJob>(System.Text.Json.JsonSerializer.Serialize(job))!;
        Assert.Equal(job.Inputs, read.Inputs);
        Assert.Equal(job.Source, read.Source);

        // One of an earlier version says nothing of them.
        var old = System.Text.Json.JsonSerializer.Deserialize<TrackedJob>("""{"Id":"j1","Kind":0,"State":8,"CreatedAt":"2026-11-24T12:00:00+00:00"}""")!;
        Assert.Equal(EdgeMesh.QaiHub.HubSource.Unknown, old.Source);
        Assert.Null(HubArtifactInputs.Of(old).All);
    }

    private static ImmutableArray<TensorSpec> Specs(string text) =>
        [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(t => t.Split(' ', 2)).Select(t => new TensorSpec(t[0], TensorSpec.ParseShape(t[1])!.Value, TensorDtype.Float32))];
}
