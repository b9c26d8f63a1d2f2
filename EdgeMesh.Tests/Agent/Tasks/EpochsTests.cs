using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>Which start of an orchestrator a device follows, and which others it hears.</summary>
public sealed class EpochsTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void Other_TwoStartsOfOneOrchestrator_AreToldOfEachOther()
    {
        var epochs = new Epochs(time);
        Assert.Equal(StartHeard.None, epochs.Other("o", 1));
        Assert.Equal(StartHeard.None, epochs.Other("o", 2));

        // The older one has not been heard since: it may be gone, as after every start anew.
        Assert.Equal(StartHeard.None, epochs.Other("o", 2));
        Assert.Equal(StartHeard.Newer, epochs.Other("o", 1));
        Assert.Equal(StartHeard.Older, epochs.Other("o", 2));
        Assert.Equal(StartHeard.None, epochs.Other("another", 1));
    }

    [Fact]
    public void Other_TheOlderOneIsSilent_IsForgottenAfterAWhile()
    {
        var epochs = new Epochs(time);
        epochs.Refuse("o", 2);
        Assert.NotNull(epochs.Refuse("o", 1));
        Assert.Equal(StartHeard.Older, epochs.Other("o", 2));
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(StartHeard.None, epochs.Other("o", 2));
    }

    [Fact]
    public void Other_AnOlderDashboardThatTellsNoEpoch_IsNoOther()
    {
        var epochs = new Epochs(time);
        epochs.Refuse("o", 2);
        Assert.Equal(StartHeard.None, epochs.Other("o", 0));
    }
}
