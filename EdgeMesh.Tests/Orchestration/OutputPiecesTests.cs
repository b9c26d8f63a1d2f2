using EdgeMesh.Dashboard.Orchestration.Attempts;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration;

public sealed class OutputPiecesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<(string Text, bool IsReasoning)> _told = [];

    [Fact]
    public void Add_MillionLetters_AreFewPiecesWithAllOfThem()
    {
        OutputPieces pieces = new(_time, (text, isReasoning) => _told.Add((text, isReasoning)));
        for (var i = 0; i < 1_000_000; i++)
        {
            pieces.Add("x", isReasoning: false);
        }

        pieces.Flush();
        Assert.InRange(_told.Count, 1_000, 1_100);
        Assert.Equal(1_000_000, _told.Sum(t => t.Text.Length));
    }

    [Fact]
    public void Add_TimeHasPassed_TellsWhatWaits()
    {
        OutputPieces pieces = new(_time, (text, isReasoning) => _told.Add((text, isReasoning)));
        for (var i = 0; i < 1_000; i++)
        {
            pieces.Add("x", isReasoning: false);
        }

        Assert.Equal(1_000, _told.Count);
        pieces.Add("a", isReasoning: false);
        Assert.Equal(1_000, _told.Count);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        pieces.Add("b", isReasoning: false);
        Assert.Equal(("ab", false), _told[^1]);
    }

    [Fact]
    public void Add_ReasoningAndText_KeepTheirOrder()
    {
        OutputPieces pieces = new(_time, (text, isReasoning) => _told.Add((text, isReasoning)));
        pieces.Add("hm", isReasoning: true);
        pieces.Add("yes", isReasoning: false);
        pieces.Add("no", isReasoning: true);
        pieces.Flush();
        pieces.Flush();
        Assert.Equal([("hm", true), ("yes", false), ("no", true)], _told);
    }
}
