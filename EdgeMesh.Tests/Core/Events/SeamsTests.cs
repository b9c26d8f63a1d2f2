using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Jobs;

namespace EdgeMesh.Tests.Core.Events;

public sealed class SeamsTests
{
    private const string Mill = "Once upon a time there stood a mill";

    [Fact]
    public void Parts_OneDevice_IsOne() => Assert.Equal([("One", 0)], Parts(Of(Attempt(1, "One", Mill))));

    [Fact]
    public void Parts_NothingWritten_AreNone() => Assert.Empty(Parts(Of(Attempt(1, "One", ""))));

    [Fact]
    public void Parts_OneThatWroteNothing_IsLeftOut()
    {
        var task = Of(Attempt(1, "One", Mill), Attempt(2, "Two", Mill[..33], new Seam(1, 33)), Attempt(3, "Three", Mill[..33] + " house", new Seam(2, 33)));
        Assert.Equal([("One", 0), ("Three", 33)], Parts(task));
        Assert.Equal("First 33 characters by One, the rest by Three.", SeamWords.Of(task, task.Current!));
    }

    [Fact]
    public void Parts_Three_AreInOrder()
    {
        var task = Of(Attempt(1, "One", Mill), Attempt(2, "Two", Mill + " by the river", new Seam(1, 35)), Attempt(3, "Three", Mill + " by the river.", new Seam(2, 48)));
        Assert.Equal([("One", 0), ("Two", 35), ("Three", 48)], Parts(task));
        Assert.Equal("First 35 characters by One, the next 13 by Two, the rest by Three.", SeamWords.Of(task, task.Current!));
    }

    [Fact]
    public void Parts_SeamsThatCannotBe_End() => Assert.Equal([("Two", 5)], Parts(Of(Attempt(1, "One", "") with { Number = 3 }, Attempt(2, "Two", Mill, new Seam(3, 5)))));

    [Theory]
    [InlineData(ReasonCode.Lost, true)]
    [InlineData(ReasonCode.NotReady, true)]
    [InlineData(ReasonCode.RuntimeDown, true)]
    [InlineData(ReasonCode.EngineError, false)]
    [InlineData(ReasonCode.BadOutput, false)]
    [InlineData(ReasonCode.Timeout, false)] // it may have written in circles
    [InlineData(ReasonCode.CannotContinue, false)]
    public void After_GoesByWhyItEnded(ReasonCode reason, bool expected)
    {
        var task = Of(Attempt(1, "One", Mill) with { State = AttemptState.Failed, Reason = reason });
        Assert.Equal(expected ? Mill : null, Seams.After(task, Any.FleetOf())?.Text);
    }

    [Fact]
    public void After_OnceAnEngineDidNotGoOn_NeverAgain()
    {
        var lost = Attempt(1, "One", Mill) with { State = AttemptState.Failed, Reason = ReasonCode.Lost };
        Assert.Null(Seams.After(Of(lost with { Reason = ReasonCode.CannotContinue }, lost with { Number = 2 }), Any.FleetOf()));
    }

    [Fact]
    public void IsFor_OneNameInTwoSizes_IsNotTheSame()
    {
        var model = new ModelInfo("m", [Skill.Chat], 100) { Continues = true };
        var text = new TextSoFar(1, "One", "m", 100, Mill);
        Assert.True(text.IsFor(model));
        Assert.True(text.IsFor(model with { SizeBytes = null }));
        Assert.False(text.IsFor(model with { SizeBytes = 101 }));
        Assert.False(text.IsFor(model with { Id = "n" }));
        Assert.False(text.IsFor(model with { Continues = false }));
    }

    private static IEnumerable<(string, int)> Parts(TaskView task) => Seams.Parts(task, task.Current!).Select(p => (p.DeviceName, p.FromOffset));

    private static TaskView Of(params AttemptView[] attempts) => new(Any.Task(skill: Skill.Chat), TaskState.Running, [.. attempts]);

    private static AttemptView Attempt(int number, string device, string text, Seam? seam = null) => new(
        number, DeviceId.FromPublicKey([(byte)number]), device, "engine", "m", AttemptState.Running, new Estimate(1, 2, null, EstimateOrigin.Prior, 0), "", Any.Now, Any.Now, null,
        new AttemptOutput([text], text.Length, []), null, null, null, null)
    {
        Seam = seam,
    };
}
