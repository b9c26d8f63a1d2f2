using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Runtime = EdgeMesh.Core.Contracts.Runtime;

namespace EdgeMesh.Tests.Orchestration.Gateway;

/// <summary>What of a device's words counts.</summary>
public sealed class FromWireTests
{
    /// <summary>Found by a device with more than 500 models in its store: its engine's two were gone, and every chat was refused.</summary>
    [Theory]
    [InlineData(new[] { 10_000, 2 }, new[] { 498, 2 })]
    [InlineData(new[] { 2, 10_000 }, new[] { 2, 498 })]
    [InlineData(new[] { 1, 400, 400 }, new[] { 1, 249, 249 })]
    [InlineData(new[] { 100, 200, 200 }, new[] { 100, 200, 200 })]
    [InlineData(new[] { 0, 501 }, new[] { 0, 500 })]
    public void Runtimes_WithTooManyModels_LeavesOutOnlyOfThoseThatHaveTheMost(int[] had, int[] told)
    {
        var runtimes = had.Select((count, n) =>
        {
            var runtime = new Runtime { Id = $"r{n}", Name = "R", State = nameof(RuntimeState.Ready) };
            runtime.Models.AddRange(Enumerable.Range(0, count).Select(m => new EdgeMesh.Core.Contracts.Model { Id = $"m{m}" }));
            return runtime;
        });

        var known = FromWire.Runtimes(runtimes, true, []).Runtimes;
        Assert.Equal(told, known.Select(r => r.Models.Length));
        Assert.Equal(had.Zip(told, (all, some) => all > some), known.Select(r => r.Reason is not null));
        Assert.All(known.Where(r => r.Reason is not null), r => Assert.EndsWith($" models, of which {r.Models.Length:N0} are listed. Remove some that are not needed.", r.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Runtimes_None_IsNone() => Assert.Empty(FromWire.Runtimes([], true, []).Runtimes);
}
