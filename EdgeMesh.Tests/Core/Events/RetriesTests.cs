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
        var attempt = new AttemptView(
            1, Samples.DeviceIdOf("One"), "One", "builtin", "textrank", AttemptState.Failed, Samples.Estimate(), "", Samples.Now, began ? Samples.Now : null, Samples.Now, AttemptOutput.Empty, 1, reason, "a cause", null);
        Assert.Equal(spent, Retries.AreSpent([.. Enumerable.Repeat(attempt, attempts)], 3));
    }
}
