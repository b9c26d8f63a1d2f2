using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Beats;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration.Beats;

public sealed class SelfDoubtTests
{
    private readonly FakeTimeProvider time = new();
    private readonly SelfDoubt doubt;

    public SelfDoubtTests() => doubt = new SelfDoubt(new OrchestratorOptions(), time);

    [Fact]
    public void Holds_MostOfThreeSilentTogether_ForOneSecondOnly()
    {
        Heard("a", "b", "c");
        Pass(1_000);
        Heard("c");
        Pass(600);

        Assert.True(doubt.Holds());
        Pass(900);
        Heard("c");
        Assert.True(doubt.Holds());
        Pass(200);
        Assert.False(doubt.Holds());
    }

    [Fact]
    public void Holds_HalfOfFourSilent_Not()
    {
        Heard("a", "b", "c", "d");
        Pass(1_000);
        Heard("c", "d");
        Pass(600);

        Assert.False(doubt.Holds());
    }

    [Fact]
    public void Holds_TwoDevices_Never()
    {
        Heard("a", "b");
        Pass(1_600);

        Assert.False(doubt.Holds());
    }

    [Fact]
    public void Holds_ClosedLinks_AreNotCounted()
    {
        Heard("a", "b", "c");
        doubt.Gone(Samples.DeviceIdOf("c"));
        Pass(1_600);

        Assert.False(doubt.Holds());
    }

    [Fact]
    public void Holds_CalmAgain_MayDoubtAnew()
    {
        Heard("a", "b", "c");
        Pass(1_600);
        Assert.True(doubt.Holds());
        Pass(1_100);
        Assert.False(doubt.Holds());

        Heard("a", "b", "c");
        Assert.False(doubt.Holds());
        Pass(1_600);
        Assert.True(doubt.Holds());
    }

    private void Heard(params string[] names) => Array.ForEach(names, n => doubt.Heard(Samples.DeviceIdOf(n)));

    private void Pass(int ms) => time.Advance(TimeSpan.FromMilliseconds(ms));
}
