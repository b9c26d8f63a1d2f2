using CsCheck;
using EdgeMesh.Agent.Tasks;

namespace EdgeMesh.Tests.Agent.Tasks;

public sealed class LaneTests
{
    [Fact]
    public void TryEnter_MoreThanSlots_WaitInTheirOrder()
    {
        Lane lane = new(() => 2, mostWaiting: 2);
        var places = Enumerable.Range(0, 4).Select(_ => lane.TryEnter()!).ToList();
        Assert.Equal([(0, true), (0, true), (1, false), (2, false)], places.Select(p => (p.Position, p.Turn.IsCompleted)));
        Assert.Null(lane.TryEnter());
        places[1].Dispose();
        places[1].Dispose();
        Assert.Equal([true, true, true, false], places.Select(p => p.Turn.IsCompleted));
        places[0].Dispose();
        Assert.True(places[3].Turn.IsCompleted);
        Assert.Equal(0, lane.Waiting);
    }

    [Fact]
    public void Dispose_OneThatWaits_LetsTheNextPass()
    {
        Lane lane = new(() => 1, mostWaiting: 2);
        var (first, second, third) = (lane.TryEnter()!, lane.TryEnter()!, lane.TryEnter()!);
        second.Dispose();
        Assert.False(third.Turn.IsCompleted);
        first.Dispose();
        Assert.True(third.Turn.IsCompleted);
        Assert.False(second.Turn.IsCompleted);
    }

    [Fact]
    public void Turns_AnyHistory_NeverMoreThanSlotsAndNobodyIsForgotten() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 30]).Array[0, 80].Sample(history =>
        {
            var slots = 1;
            Lane lane = new(() => slots, mostWaiting: 5);
            List<Lane.Place> places = [];
            foreach (var (what, which) in history)
            {
                switch (what)
                {
                    case 0:
                        slots = which % 4;
                        break;
                    case < 4 when lane.TryEnter() is { } place:
                        // A turn is given while there is room for it; what had its turn before the slots became fewer goes on.
                        Assert.True(!place.Turn.IsCompleted || places.Count(p => p.Turn.IsCompleted) < Math.Max(1, slots));
                        places.Add(place);
                        break;
                    default:
                        if (places.Count > 0)
                        {
                            places[which % places.Count].Dispose();
                            places.RemoveAt(which % places.Count);
                        }

                        break;
                }

                Assert.Equal(places.Count(p => !p.Turn.IsCompleted), lane.Waiting);
                Assert.True(places.Count == 0 || places.Exists(p => p.Turn.IsCompleted));
            }

            places.ForEach(p => p.Dispose());
            Assert.Equal(0, lane.Waiting);
            Assert.True(lane.TryEnter()!.Turn.IsCompleted);
        });
}
