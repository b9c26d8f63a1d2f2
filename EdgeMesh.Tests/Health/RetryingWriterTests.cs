using EdgeMesh.Dashboard.Health;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Health;

/// <summary>What could not be stored is kept in order, within a bound, and stored when it can be.</summary>
public sealed class RetryingWriterTests : IDisposable
{
    private static readonly SqliteException Full = new("database or disk is full", 13);
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly Steadiness _steady;
    private readonly List<string> _stored = [];
    private readonly RetryingWriter<int, string> _writer;
    private Exception? _broken;

    public RetryingWriterTests()
    {
        _steady = Samples.Steadiness("/data", _time);
        _writer = new RetryingWriter<int, string>(_steady, 3, TimeSpan.FromSeconds(1), (values, _) =>
        {
            if (_broken is { } broken && values.Contains("poison") | broken is SqliteException)
            {
                throw broken;
            }

            _stored.AddRange(values);
            return Task.CompletedTask;
        });
    }

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_KeepsTheNewestOfEachKey_InOrder_AndStoresThemAfterwards()
    {
        _broken = Full;
        _writer.Put(1, "one");
        _writer.Put(2, "two");
        await _writer.FlushAsync(Test);
        _writer.Put(1, "one again");
        _writer.Put(3, "three");
        await _writer.FlushAsync(Test);
        Assert.Equal(StorageCondition.Full, _steady.Storage.Current.Condition);
        Assert.Empty(_stored);
        Assert.Equal(3, _writer.Count);

        _broken = null;
        await _writer.FlushAsync(Test);
        Assert.Empty(_stored); // Only the probe ends the state.
        _steady.Storage.Works();
        await _writer.FlushAsync(Test);
        Assert.Equal(["one again", "two", "three"], _stored);
        Assert.Equal(0, _writer.Count);
    }

    [Fact]
    public async Task BeyondTheBound_TheOldestGo()
    {
        _broken = Full;
        for (var n = 1; n <= 5; n++)
        {
            _writer.Put(n, $"{n}");
            await _writer.FlushAsync(Test);
        }

        _broken = null;
        _steady.Storage.Works();
        await _writer.FlushAsync(Test);
        Assert.Equal(["3", "4", "5"], _stored);
    }

    [Fact]
    public async Task OneThatCanNeverBeStored_HoldsUpNoOther()
    {
        _broken = new InvalidOperationException("A fault of the program.");
        _writer.Put(1, "one");
        _writer.Put(2, "poison");
        _writer.Put(3, "three");
        await _writer.FlushAsync(Test);
        Assert.Equal(["one", "three"], _stored);
        Assert.Equal(0, _writer.Count);
        Assert.True(_steady.Storage.Current.CanStore);
    }

    [Fact]
    public async Task Run_WaitsForTheTroubleToEnd_AndStoresTheRestWhenItIsStopped()
    {
        using CancellationTokenSource stop = new();
        _broken = Full;
        _writer.Put(1, "one");
        var running = _writer.RunAsync(stop.Token);
        await Until.TrueAsync("the first try", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return !_steady.Storage.Current.CanStore;
        });
        _broken = null;
        _steady.Storage.Works();
        await Until.TrueAsync("it to be stored", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _stored.Count == 1;
        });

        _writer.Put(2, "the last");
        await stop.CancelAsync();
        await running;
        Assert.Equal(["one", "the last"], _stored);
    }

    public void Dispose() => _writer.Dispose();
}
