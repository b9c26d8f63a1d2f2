using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Health;

/// <summary>No background service ends the process: the host ends it for any that faults, so all of them are of the kind that does not.</summary>
public sealed class SteadyServiceTests
{
    private readonly FakeTimeProvider _time = new(Samples.Now);

    [Fact]
    public void EveryBackgroundService_OfTheDashboard_IsSteady()
    {
        var services = typeof(IFleet).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(BackgroundService))).ToList();
        Assert.True(services.Count > 8, $"Only {services.Count} were found.");
        Assert.DoesNotContain(services, t => t != typeof(SteadyService) && !t.IsSubclassOf(typeof(SteadyService)));
    }

    [Fact]
    public async Task Failure_IsFollowedByAnotherTry_AndNeverFaultsTheHost()
    {
        var steady = Samples.Steadiness("/data", _time);
        using Failing service = new(steady, new InvalidOperationException("a bug"));
        await service.StartAsync(CancellationToken.None);
        await Until.TrueAsync("three tries", () => Advance(service.Tries >= 3));
        Assert.False(service.ExecuteTask!.IsCompleted);

        await service.StopAsync(CancellationToken.None);
        Assert.True(service.ExecuteTask.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task FailureOfTheDisk_IsTriedAgainWhenItWorks()
    {
        var steady = Samples.Steadiness("/data", _time);
        using Failing service = new(steady, new SqliteException("database or disk is full", 13));
        await service.StartAsync(CancellationToken.None);
        await Until.TrueAsync("the first try", () => !steady.Storage.Current.CanStore);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, service.Tries);

        service.Exception = null;
        steady.Storage.Works();
        await Until.TrueAsync("it to end well", () => Advance(service.ExecuteTask!.IsCompletedSuccessfully));
        Assert.Equal(2, service.Tries);
    }

    private bool Advance(bool done)
    {
        _time.Advance(TimeSpan.FromSeconds(30));
        return done;
    }

    private sealed class Failing(Steadiness steady, Exception exception) : SteadyService(steady)
    {
        private int _tries;

        public Exception? Exception { get; set; } = exception;

        public int Tries => Volatile.Read(ref _tries);

        protected override Task RunAsync(CancellationToken stoppingToken)
        {
            Interlocked.Increment(ref _tries);
            return Exception is { } failure ? Task.FromException(failure) : Task.CompletedTask;
        }
    }
}
