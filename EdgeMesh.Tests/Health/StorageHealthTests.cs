using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Health;

public sealed class StorageHealthTests
{
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly KeptLog<StorageHealth> _log = new();
    private readonly StorageHealth _health;

    public StorageHealthTests() => _health = new StorageHealth(new StoragePlace("/data", "/data/edgemesh.db"), _time, _log);

    [Theory]
    [InlineData(13, 13, StorageCondition.Full)]
    [InlineData(5, 5, StorageCondition.Locked)]
    [InlineData(5, 517, null)]
    [InlineData(8, 8, StorageCondition.ReadOnly)]
    [InlineData(11, 11, StorageCondition.Damaged)]
    [InlineData(26, 26, StorageCondition.Damaged)]
    [InlineData(10, 4874, StorageCondition.Failed)]
    [InlineData(19, 2067, null)]
    [InlineData(1, 1, null)]
    public void Of_KnowsWhatTheDatabaseSays(int code, int extended, StorageCondition? expected)
    {
        SqliteException said = new("it says", code, extended);
        Assert.Equal(expected, StorageFailure.Of(said));
        Assert.Equal(expected, StorageFailure.Of(new JournalException("not stored", new DbUpdateException("not saved", said))));
    }

    [Fact]
    public void Of_KnowsWhatTheDiskSays_AndNoMistakeOfTheProgram()
    {
        Assert.Equal(StorageCondition.Full, StorageFailure.Of(new IOException("full", 28)));
        Assert.Equal(StorageCondition.ReadOnly, StorageFailure.Of(new AggregateException(new InvalidOperationException(), new IOException("read-only", 30))));
        Assert.Null(StorageFailure.Of(new FileNotFoundException()));
        Assert.Null(StorageFailure.Of(new InvalidOperationException("a bug")));
        Assert.False(_health.Failed(new InvalidOperationException("a bug")));
        Assert.Equal(StorageCondition.Ok, _health.Current.Condition);
    }

    [Fact]
    public async Task Trouble_IsSaidOnce_AndEndsByTheProbeOnly()
    {
        await _health.WorksAsync(TestContext.Current.CancellationToken);
        await using var watching = _health.Subscribe();
        for (var n = 0; n < 50; n++)
        {
            Assert.True(_health.Failed(new SqliteException("database or disk is full", 13)));
        }

        Assert.Single(_log.Lines);
        Assert.Contains("The disk of the data folder is full.", _log.Lines[0], StringComparison.Ordinal);
        Assert.False(_health.Current.CanStore);
        var waiting = _health.WorksAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        _health.Works();
        await waiting;
        Assert.Equal(new StorageState(StorageCondition.Ok, Samples.Now, null), _health.Current);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void Trouble_ThatChanges_IsToldAnew()
    {
        _health.Failed(new SqliteException("database is locked", 5));
        _health.Failed(new SqliteException("database or disk is full", 13));
        Assert.Equal("storage_full", _health.Current.Problem!.Code);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void Damage_OutlastsEverything_AndStopsNoWriting()
    {
        _health.Damaged("Page 7 is never used.");
        Assert.True(_health.Current.CanStore);
        _health.Failed(new SqliteException("database or disk is full", 13));
        _health.Failed(new SqliteException("database disk image is malformed", 11));
        Assert.Equal(StorageCondition.Full, _health.Current.Condition);
        _health.Works();
        Assert.Equal(StorageCondition.Damaged, _health.Current.Condition);
        Assert.Contains("Page 7", _health.Current.Problem!.Detail, StringComparison.Ordinal);
    }
}
