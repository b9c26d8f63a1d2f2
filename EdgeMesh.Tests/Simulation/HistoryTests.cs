using CsCheck;

namespace EdgeMesh.Tests.Simulation;

/// <summary>
/// Random histories of jobs on devices that break off, forget, restart and come back, played through the real orchestrator (docs/reliability.md). A failure
/// prints CsCheck's seed; <c>CsCheck_Seed</c> replays its decisions.
/// </summary>
public sealed class HistoryTests
{
    private const int JobsOfAWorld = 50;

    /// <summary>How many to play: <c>EDGEMESH_HISTORIES</c>, or 500.</summary>
    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("EDGEMESH_HISTORIES"), out var count) ? count : 500;

    [Fact]
    public async Task Histories_OfAnyKind_EndOnceWithTheirWholeText()
    {
        await using var dashboard = await SimulatedDashboard.StartAsync();
        var worlds = 0;
        await Histories.Worlds(JobsOfAWorld).SampleAsync(
            world => SimulatedMesh.PlayAsync(dashboard, world, $"w{Interlocked.Increment(ref worlds)}"), iter: (Count + JobsOfAWorld - 1) / JobsOfAWorld, threads: 1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{dashboard.Hedged} of {Count} histories asked a second device, which was done first in {dashboard.HedgesWon}.");
        Assert.True(Count < 500 || (dashboard.Hedged >= 5 && dashboard.HedgesWon > 0), $"Of {Count} histories {dashboard.Hedged} asked a second device, and {dashboard.HedgesWon} times it was first: too few to show anything.");
    }
}
