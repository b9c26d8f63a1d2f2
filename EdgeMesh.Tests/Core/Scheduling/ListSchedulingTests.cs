using CsCheck;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Scheduling;

public sealed class ListSchedulingTests
{
    private static readonly Gen<double> Work = Gen.Double[1, 60_000];

    private static readonly Gen<Lane> Lanes =
        from slots in Gen.Int[1, 5]
        from running in Work.Array[0, 8]
        from waiting in Work.Array[0, 8]
        select new Lane("x", slots, [.. running], [.. waiting]);

    [Theory]
    [InlineData(1, new double[0], new double[0], 0)]
    [InlineData(1, new double[] { 700 }, new double[0], 700)]
    [InlineData(2, new double[] { 700 }, new double[0], 0)]
    [InlineData(2, new double[] { 700, 300 }, new double[0], 300)]
    [InlineData(2, new double[] { 700, 300 }, new double[] { 1_000 }, 700)]
    [InlineData(2, new double[] { 700, 300 }, new double[] { 100, 1_000 }, 700)]
    [InlineData(1, new double[] { 100 }, new double[] { 200, 300 }, 600)]
    [InlineData(1, new double[] { 700, 300 }, new double[0], 700)]
    [InlineData(2, new double[] { 700, 300, 500 }, new double[0], 500)]
    public void Wait_ByHand_IsWhenASlotIsFree(int slots, double[] running, double[] waiting, double expected) =>
        Assert.Equal(expected, ListScheduling.Wait(new Lane("x", slots, [.. running], [.. waiting])));

    [Fact]
    public void Wait_AnyLane_IsBetweenAnIdleAndAFullDevice() => Lanes.Sample(lane =>
    {
        var wait = ListScheduling.Wait(lane);
        Assert.InRange(wait, 0, lane.WorkMs + 1e-6);
        Assert.Equal(wait, new LaneSchedule(lane).WaitMs);
        Assert.True(lane.RunningMs.Length + lane.WaitingMs.Length >= lane.Slots || wait == 0);
        Assert.True(ListScheduling.Wait(lane.With(1_000)) >= wait);
        Assert.True(ListScheduling.Wait(lane with { Slots = lane.Slots + 1 }) <= wait);
    });

    /// <summary>Graham's bounds for list scheduling on equal slots: no slot is free while something waits, and it takes at most (2 − 1/m) times the best.</summary>
    [Fact]
    public void Add_ManyTasks_EndsWithinTwiceTheBest() => Gen.Select(Gen.Int[1, 6], Work.Array[1, 30]).Sample((slots, work) =>
    {
        var schedule = new LaneSchedule(Lane.Idle("x", slots));
        var end = work.Max(w => schedule.Add(w) + w);
        var best = Math.Max(work.Max(), work.Sum() / slots);
        Assert.InRange(end, best - 1e-6, (best * (2 - (1.0 / slots))) + 1e-6);
        Assert.True(schedule.WaitMs <= work.Sum() / slots + 1e-6);
    });

    [Fact]
    public void Assign_AnyPlaces_GivesEachTaskToTheOneThatEndsItFirst() => Gen.Select(Gen.Select(Lanes, Work).Array[1, 6], Gen.Int[1, 40]).Sample((places, tasks) =>
    {
        var turns = ListScheduling.Assign([.. places.Select(p => new WorkPlace(new LaneSchedule(p.Item1), p.Item2))], tasks);
        var schedules = places.Select(p => new LaneSchedule(p.Item1)).ToList();
        foreach (var turn in turns)
        {
            var ends = schedules.Select((s, i) => s.WaitMs + places[i].Item2).ToList();
            Assert.Equal(ends.IndexOf(ends.Min()), turn.Place);
            Assert.Equal(schedules[turn.Place].Add(places[turn.Place].Item2), turn.WaitMs);
        }

        Assert.Equal(tasks, turns.Length);
    });

    [Theory]
    [InlineData(null, 2)]
    [InlineData(0, 2)]
    [InlineData(-3, 2)]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(int.MaxValue, 64)]
    public void Lane_SlotsAsTold_AreBounded(int? told, int expected) => Assert.Equal(expected, Lane.Idle("x", told).Slots);
}
