using EdgeMesh.Core.Devices;

namespace EdgeMesh.Tests.Core.Devices;

public sealed class BeatRhythmTests
{
    [Fact]
    public void Stretch_Unknown_IsOne() => Assert.Equal(1, BeatRhythm.Unknown.Stretch);

    [Theory]
    [InlineData(450, 550)]
    [InlineData(500, 500)]
    [InlineData(400, 600)]
    public void Stretch_CalmBeats_IsExactlyOne(int odd, int even) => Assert.Equal(1, After(100, odd, even).Stretch);

    [Fact]
    public void Stretch_LateBeats_GrowsWithThem()
    {
        var some = After(100, 300, 900).Stretch;
        var more = After(100, 400, 1_200).Stretch;

        Assert.InRange(some, 1.2, 1.9);
        Assert.True(more > some, $"{more} > {some}");
    }

    [Theory]
    [InlineData(1_500, 2_500)]
    [InlineData(100, 60_000)]
    public void Stretch_VeryLateBeats_IsTwoAtMost(int odd, int even) => Assert.Equal(2, After(200, odd, even).Stretch);

    [Fact]
    public void Stretch_BusyThenCalm_ComesBackToOne()
    {
        var rhythm = After(100, 300, 1_200);
        for (var i = 0; i < 100; i++)
        {
            rhythm = rhythm.After(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(1, rhythm.Stretch);
    }

    private static BeatRhythm After(int beats, int odd, int even)
    {
        var rhythm = BeatRhythm.Unknown;
        for (var i = 0; i < beats; i++)
        {
            rhythm = rhythm.After(TimeSpan.FromMilliseconds(i % 2 == 0 ? even : odd));
        }

        return rhythm;
    }
}
