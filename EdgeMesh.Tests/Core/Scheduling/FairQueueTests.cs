using CsCheck;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Scheduling;

/// <summary>Callers take turns, whatever each of them asks for.</summary>
public sealed class FairQueueTests
{
    private static readonly string[] Callers = ["ann", "bob", "cy", "dee"];

    private static readonly Gen<(string Caller, double WorkMs)> Work =
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 10_000]).Select((c, ms) => (Callers[c], (double)ms));

    [Fact]
    public void Take_OneCallerHasTwoHundred_TheOthersGetEverySecondTurnFromWhenTheyCome()
    {
        var queue = new FairQueue<string>();
        for (var n = 1; n <= 200; n++)
        {
            queue.Add("ann", $"ann{n}", 1_000, n);
        }

        Assert.Equal(["ann1", "ann2"], [queue.Take(), queue.Take()]);
        queue.Add("bob", "bob1", 1_000, 201);
        queue.Add("bob", "bob2", 1_000, 202);
        queue.Add("bob", "bob3", 1_000, 203);

        Assert.Equal(3, queue.Oldest);
        Assert.Equal(["bob1", "ann3", "bob2", "ann4", "bob3", "ann5", "ann6"], queue.InOrder().Take(7).Select(t => t.Item));
        Assert.Equal(["bob1", "ann3", "bob2", "ann4", "bob3", "ann5", "ann6"], Enumerable.Range(0, 7).Select(_ => queue.Take()));
    }

    [Fact]
    public void Take_WhoDidNothingForLong_HasNoMoreTurnsForIt()
    {
        var queue = new FairQueue<int>();
        for (var n = 1; n <= 50; n++)
        {
            queue.Add("ann", n, 1_000, n);
            queue.Take();
        }

        for (var n = 51; n <= 54; n++)
        {
            queue.Add("ann", n, 1_000, n);
            queue.Add("bob", n + 100, 1_000, n + 100);
        }

        Assert.Equal([151, 51, 152, 52, 153, 53, 154, 54], queue.InOrder().Select(t => t.Item));
    }

    [Fact]
    public void Remove_WhatIsGivenUp_CostsItsCallerNothing()
    {
        var queue = new FairQueue<int>();
        queue.Add("ann", 1, 60_000, 1);
        queue.Add("ann", 2, 1_000, 2);
        queue.Add("bob", 3, 1_000, 3);
        queue.Add("bob", 4, 1_000, 4);
        Assert.Equal([1, 3, 4, 2], queue.InOrder().Select(t => t.Item));

        Assert.Equal(1, queue.Remove(n => n == 1));
        Assert.Equal(0, queue.Remove(n => n == 1));

        Assert.Equal([2, 3, 4], queue.InOrder().Select(t => t.Item));
        Assert.Equal(3, queue.Count);
    }

    /// <summary>However much the others asked for and whenever: nobody waits longer than for what runs, what one asked for before, and as much of each other caller.</summary>
    [Fact]
    public void Take_AnyArrivals_NobodyWaitsLongerThanOwnWorkAndFairShare() =>
        Gen.Select(Gen.Int[1, 4], Gen.Select(Work, Gen.Int[0, 3_000]).Array[1, 80]).Sample((slots, arrivals) =>
        {
            var queue = new FairQueue<int>();
            var free = Enumerable.Repeat(0.0, slots).ToArray();
            var (come, taken, most) = (new double[arrivals.Length], new double[arrivals.Length], arrivals.Max(a => a.Item1.WorkMs));
            var bounds = new double[arrivals.Length];
            var (next, clock) = (0, 0.0);
            for (var i = 0; i < arrivals.Length; i++)
            {
                come[i] = clock += arrivals[i].Item2;
            }

            while (next < arrivals.Length || queue.Count > 0)
            {
                var slot = Array.IndexOf(free, free.Min());
                if (next < arrivals.Length && (queue.Count == 0 || come[next] <= free[slot]))
                {
                    var ((caller, work), _) = arrivals[next];
                    var others = queue.InOrder().Select(t => t.Claim.Caller).Concat(Callers).Distinct().Count() - 1;
                    var own = queue.InOrder().Where(t => t.Claim.Caller == caller).Sum(t => t.WorkMs);
                    bounds[next] = ((slots * most) + own + (others * (own + (2 * most)))) / slots;
                    queue.Add(caller, next, work, next);
                    next++;
                    continue;
                }

                // Its turn is when a slot is free, and not before the last one came.
                var turn = queue.Take();
                taken[turn] = Math.Max(free[slot], come[turn]);
                free[slot] = taken[turn] + arrivals[turn].Item1.WorkMs;
                Assert.True(taken[turn] - come[turn] <= bounds[turn] + 1e-6, $"{arrivals[turn].Item1.Caller} waited {taken[turn] - come[turn]} ms, at most {bounds[turn]}.");
            }
        });

    /// <summary>What a decision says of a lane is what the lane does: an attempt waits for what is before its turn, and so do the ones after it.</summary>
    [Fact]
    public void Schedule_AnyLane_IsTheOrderInWhichTurnsAreTaken() =>
        Gen.Select(Gen.Int[1, 4], Work.Array[0, 25], Work.Array[1, 6], Gen.Int[0, 3]).Sample((slots, before, mine, who) =>
        {
            var caller = Callers[who];
            var lane = before.Aggregate(Lane.Idle("x", slots), (l, w) => l.With(w.WorkMs, w.Caller));
            var schedule = new LaneSchedule(lane, 0, caller);
            Assert.Equal(schedule.WaitMs, ListScheduling.Wait(lane, caller));
            var told = mine.Select(w => schedule.Add(w.WorkMs)).ToList();

            // The same work marked by a fraction, so that it is found again in the lane.
            var (full, marks) = (lane, new List<double>());
            foreach (var (_, ms) in mine)
            {
                marks.Add(ms + ((marks.Count + 1) / 1_000.0));
                full = full.With(marks[^1], caller);
            }

            var turns = new LaneSchedule(Lane.Idle("x", slots));
            var waits = full.WaitingMs.Select(ms => (Ms: ms, Wait: turns.Add(ms))).ToList();
            Assert.All(marks, (ms, i) => Assert.Equal(told[i], waits.Find(w => w.Ms == ms).Wait, 0.1));
        });
}
