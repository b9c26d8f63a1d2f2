using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Events;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Core.Events;

public sealed class RetriesTests
{
    [Theory]
    [InlineData(ReasonCode.RuntimeDown, true, 3, true)]
    [InlineData(ReasonCode.RuntimeDown, true, 2, false)]
    [InlineData(ReasonCode.Lost, true, 11, false)]
    [InlineData(ReasonCode.Lost, true, 12, true)]
    [InlineData(ReasonCode.Lost, false, 200, false)]
    [InlineData(ReasonCode.NotReady, false, 200, false)]
    [InlineData(ReasonCode.Busy, true, 200, false)]
    public void AreSpent_CountsWhatTheTaskDid_NotWhereItWaited(ReasonCode reason, bool began, int attempts, bool spent)
    {
        Assert.Equal(spent, Retries.AreSpent([.. Enumerable.Repeat(Attempt(reason, began, 0), attempts)], 3));
    }

    /// <summary>A long text that goes on a little further in each short life of its device is not what ends them; one that ends them at the same place is.</summary>
    [Fact]
    public void AreSpent_InterruptedAgainAndAgain_CountsWhereNothingWasGained()
    {
        Assert.False(Retries.AreSpent([.. Enumerable.Range(1, 200).Select(n => Attempt(ReasonCode.Lost, true, n))], 3));
        Assert.False(Retries.AreSpent([.. Enumerable.Repeat(Attempt(ReasonCode.Lost, true, 40), 12)], 3));
        Assert.True(Retries.AreSpent([.. Enumerable.Repeat(Attempt(ReasonCode.Lost, true, 40), 13)], 3));
    }

    private static AttemptView Attempt(ReasonCode reason, bool began, int characters) => new(
        1, Samples.DeviceIdOf("One"), "One", "builtin", "textrank", AttemptState.Failed, Samples.Estimate(), "", Samples.Now, began ? Samples.Now : null, Samples.Now,
        AttemptOutput.Empty with { Length = characters }, 1, reason, "a cause", null);
}
