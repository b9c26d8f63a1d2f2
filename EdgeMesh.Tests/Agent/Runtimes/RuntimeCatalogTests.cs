using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes;

/// <summary>One runtime that misbehaves is one runtime's fault.</summary>
public sealed class RuntimeCatalogTests
{
    [Fact]
    public async Task Watch_OneBreaks_TheOthersAndTheAgentGoOnAndItIsWatchedAgain()
    {
        var time = new FakeTimeProvider();
        var (configured, found, sound) = (new Breaking("a", breaks: 2), new Breaking("b", breaks: 1), new Breaking("c", breaks: 0));
        using var catalog = new RuntimeCatalog([configured, sound], time);
        await catalog.StartAsync(CancellationToken.None);
        catalog.Add(found);
        await Until.TrueAsync("all to be watched", () => configured.Watched == 1 && found.Watched == 1 && sound.Watched == 1);
        await Until.TrueAsync("them to be watched again", () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return configured.Watched == 3 && found.Watched == 2;
        });
        Assert.Equal((1, false), (sound.Watched, catalog.ExecuteTask!.IsCompleted));
        await catalog.StopAsync(CancellationToken.None);
        Assert.True(catalog.ExecuteTask.IsCompletedSuccessfully);
    }

    private sealed class Breaking(string id, int breaks) : IRuntime
    {
        private int _watched;

        public int Watched => Volatile.Read(ref _watched);

        public RuntimeInfo Info { get; } = new(id, id, RuntimeState.Ready, null, [], [], null);

        public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _watched) <= breaks)
            {
                throw new ArgumentException("An item with the same key has already been added.");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
