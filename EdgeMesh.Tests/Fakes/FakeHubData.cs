using System.Collections.Concurrent;
using EdgeMesh.Dashboard.QaiHub.Data;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Data sets driven by the test; every order is recorded.</summary>
public sealed class FakeHubData : IHubData
{
    public ConcurrentQueue<DatasetOrder> Made { get; } = new();

    public ConcurrentQueue<string> Removed { get; } = new();

    public ImmutableArray<HubDataset> Items { get; set; } = [];

    /// <summary>When set, the answer to every command.</summary>
    public Problem? Refusal { get; set; }

    public Task<HubDataList> ListAsync(CancellationToken cancellationToken) => Task.FromResult(new HubDataList(Refusal is null ? Items : [], Refusal));

    public Task<(HubDataset? Dataset, Problem? Problem)> FindAsync(string id, CancellationToken cancellationToken) =>
        Task.FromResult(Items.FirstOrDefault(d => d.Id == id) is { } found ? (found, null) : ((HubDataset?)null, (Problem?)DataProblems.Unknown(id)));

    public Task<(HubDataset? Dataset, Problem? Problem)> MakeAsync(DatasetOrder order, CancellationToken cancellationToken)
    {
        Made.Enqueue(order);
        return Task.FromResult(Refusal is null ? (new HubDataset("dnew", order.Name, Samples.Now, null, true, null), null) : ((HubDataset?)null, Refusal));
    }

    public Task<(Stream? Content, Problem? Problem)> OpenAsync(string id, CancellationToken cancellationToken) =>
        Task.FromResult(Refusal is null ? ((Stream?)new MemoryStream([1, 2, 3]), (Problem?)null) : (null, Refusal));

    public Task<Problem?> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        Removed.Enqueue(id);
        return Task.FromResult(Refusal);
    }
}
