using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The one place that holds what is known of QAI Hub and tells everyone. Thread-safe.</summary>
public sealed class HubBoard(TimeProvider time)
{
    private const int MostEnded = 20;
    private const int MaxJobs = 10_000;
    private readonly Lock _gate = new();
    private int _mostJobs = HubJobStore.MostShown;
    private readonly LiveSource<HubSnapshot> _live = new(HubSnapshot.Empty);

    public HubSnapshot Current => _live.Current;

    public int SubscriberCount => _live.SubscriberCount;

    public ILiveSubscription<HubSnapshot> Subscribe() => _live.Subscribe();

    public void Change(Func<HubSnapshot, HubSnapshot> change)
    {
        lock (_gate)
        {
            _live.Publish(change(_live.Current));
        }
    }

    /// <summary>Puts a job in its place, newest first; replaces the older knowledge of it.</summary>
    public void Put(TrackedJob job) => Change(now =>
    {
        var items = now.Jobs.Items;
        var at = items.IndexOf(items.FirstOrDefault(j => j.Id == job.Id)!);
        if (at >= 0)
        {
            return now with { Jobs = now.Jobs with { Items = items.SetItem(at, job) } };
        }

        var place = items.TakeWhile(j => j.CreatedAt > job.CreatedAt).Count();
        items = items.Insert(place, job);
        return now with { Jobs = now.Jobs with { Items = items.Length > _mostJobs && items[^1].IsOver ? items.RemoveAt(items.Length - 1) : items } };
    });

    /// <summary>Someone wants to see older jobs: so many more stay in memory.</summary>
    public void Keep(int more)
    {
        lock (_gate)
        {
            _mostJobs = Math.Min(MaxJobs, Math.Max(_mostJobs, _live.Current.Jobs.Items.Length + more));
        }
    }

    public HubTransfer? Transfer(string id) => Current.Transfers.FirstOrDefault(t => t.Id == id);

    /// <summary>Adds a transfer, or changes the one of this id.</summary>
    public void Put(HubTransfer transfer) => Change(now =>
    {
        var before = now.Transfers.FirstOrDefault(t => t.Id == transfer.Id);
        var all = before is null ? now.Transfers.Insert(0, transfer) : now.Transfers.Replace(before, transfer);
        return now with { Transfers = all.Count(t => t.IsOver) > MostEnded ? all.Remove(all.Last(t => t.IsOver)) : all };
    });

    public void Progress(string transfer, long bytes, long? total)
    {
        if (Transfer(transfer) is { IsOver: false } now)
        {
            Put(now with { Bytes = bytes, TotalBytes = total ?? now.TotalBytes });
        }
    }

    public void End(string transfer, Problem? problem, bool canResume = false, string? model = null)
    {
        if (Transfer(transfer) is { } now)
        {
            Put(now with { IsOver = true, Problem = problem, CanResume = canResume, ModelId = model ?? now.ModelId, EndedAt = time.GetUtcNow(), Bytes = problem is null ? now.TotalBytes ?? now.Bytes : now.Bytes });
        }
    }
}
