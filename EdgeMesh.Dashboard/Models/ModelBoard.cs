using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The one writer of what is known of models and transfers. Thread-safe.</summary>
public sealed class ModelBoard(TransferJournal journal, TimeProvider time)
{
    private const int MostEnded = 50;
    private readonly Lock _gate = new();
    private readonly LiveSource<ModelsSnapshot> _live = new(ModelsSnapshot.Empty with { Transfers = [.. journal.Left.SelectMany(o => o.Transfers.Select(t => o.Order is null ? Interrupted(t, time) : Again(t)))] });

    public ModelsSnapshot Current => _live.Current;

    public int SubscriberCount => _live.SubscriberCount;

    public ILiveSubscription<ModelsSnapshot> Subscribe() => _live.Subscribe();

    public ModelTransfer? Find(string transfer) => Current.Transfers.FirstOrDefault(t => t.Id == transfer);

    public void Set(DeviceModels store) => Change(now => now with { Stores = now.Stores.SetItem(store.Device, store) });

    /// <summary>Forgets stores of devices that left the mesh.</summary>
    public void Keep(IReadOnlySet<DeviceId> devices)
    {
        if (Current.Stores.Keys.Any(d => !devices.Contains(d)))
        {
            Change(now => now with { Stores = now.Stores.RemoveRange(now.Stores.Keys.Where(d => !devices.Contains(d))) });
        }
    }

    /// <summary>Adds transfers, all or, when one of them runs already or there would be too many, none.</summary>
    public Problem? Add(ModelOrder order, ImmutableArray<ModelTransfer> transfers, int most)
    {
        lock (_gate)
        {
            var running = Current.Transfers.Where(t => !t.IsOver).ToList();
            if (running.Count + transfers.Length > most)
            {
                return ModelProblems.TooMany(most, running.Min(t => t.RemainingSeconds));
            }

            if (transfers.FirstOrDefault(t => running.Exists(r => r.Device == t.Device && r.Model == t.Model)) is { } twice)
            {
                return ModelProblems.SameTransfer(twice.DeviceName, twice.Model);
            }

            Change(now => now with { Transfers = transfers.AddRange(now.Transfers) });
            journal.Begin(order, transfers);
            return null;
        }
    }

    /// <summary>Changes a transfer unless it is over.</summary>
    public void Update(string transfer, Func<ModelTransfer, ModelTransfer> change)
    {
        lock (_gate)
        {
            if (Find(transfer) is not { IsOver: false } before)
            {
                return;
            }

            var after = change(before);
            if (after == before)
            {
                return;
            }

            Change(now => now with { Transfers = Trim(now.Transfers.Replace(before, after)) });
            if (after.IsOver)
            {
                journal.End(transfer);
            }
        }
    }

    public void End(string transfer, TransferState state, Problem? problem = null) => Update(
        transfer, t => t with { State = state, Problem = problem, EndedAt = time.GetUtcNow(), BytesPerSecond = null, RemainingSeconds = null });

    private static ModelTransfer Again(ModelTransfer left) => left with { State = TransferState.Waiting, Phase = null, BytesPerSecond = null, RemainingSeconds = null };

    private static ModelTransfer Interrupted(ModelTransfer left, TimeProvider time) =>
        Again(left) with { State = TransferState.Failed, Problem = ModelProblems.Restarted(left.DeviceName, left.Model), EndedAt = time.GetUtcNow() };

    private static ImmutableArray<ModelTransfer> Trim(ImmutableArray<ModelTransfer> transfers) =>
        transfers.Count(t => t.IsOver) <= MostEnded ? transfers : transfers.Remove(transfers.Last(t => t.IsOver));

    private void Change(Func<ModelsSnapshot, ModelsSnapshot> change)
    {
        lock (_gate)
        {
            _live.Publish(change(_live.Current));
        }
    }
}
