using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Beats;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration.Beats;

public sealed class BeatWatchTests
{
    private readonly FakeTimeProvider time = new();
    private readonly BeatWatch watch;

    public BeatWatchTests() => watch = new BeatWatch(new OrchestratorOptions(), time);

    [Fact]
    public void Look_CalmDeviceGoesSilent_IsSuspiciousAfterOneAndAHalfSecondsAndFinalAfterThree()
    {
        Beats(20, 500);

        Assert.Equal((1_750, 3_250), Judged());
    }

    [Fact]
    public void Look_BusyDeviceGoesSilent_IsGivenTwiceTheTimeAtMost()
    {
        Beats(40, 1_900);

        Assert.Equal((3_250, 6_250), Judged());
    }

    [Fact]
    public void Look_ThisProcessStoodStill_CountsOnlyWhatWasWatched()
    {
        Beats(5, 500);
        time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(Silence.Calm, watch.Look());
    }

    [Fact]
    public void Beat_AfterANap_IsNotTakenForARhythm()
    {
        Beats(20, 500);
        time.Advance(TimeSpan.FromHours(8));
        Beats(1, 500);

        Assert.Equal((1_750, 3_250), Judged());
    }

    private void Beats(int count, int everyMs)
    {
        for (var i = 0; i < count; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(everyMs));
            watch.Beat();
        }
    }

    /// <summary>Milliseconds of silence until each judgement.</summary>
    private (int Suspicious, int Final) Judged()
    {
        int? suspicious = null;
        for (var silent = 250; ; silent += 250)
        {
            time.Advance(BeatWatch.Every);
            switch (watch.Look())
            {
                case Silence.Suspicious:
                    suspicious ??= silent;
                    break;
                case Silence.Final:
                    return (suspicious!.Value, silent);
                default:
                    Assert.True(silent < 60_000, "silence is judged at last");
                    break;
            }
        }
    }
}
