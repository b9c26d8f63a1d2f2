using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Models;

/// <summary>
/// Runs transfers to their end: waits for devices that are away, goes on where it was when a link breaks, and with what the last run of the dashboard left.
/// </summary>
public sealed partial class TransferRunner(
    IFleet fleet, IDeviceLinks links, ModelBoard board, ModelInventory inventory, ModelWishes wishes, TransferJournal journal, OrchestratorOptions options, IHostApplicationLifetime life,
    TimeProvider time, ILogger<TransferRunner> logger) : IHostedService
{
    // A device that loses its link so often and gets no byte in between will not get the rest either.
    private const int MostLossesOnOneSpot = 20;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();

    /// <summary>Goes on with what was left.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var left in journal.Left)
        {
            if (left.Order is { } order)
            {
                Start(order, left.Transfers);
            }
            else
            {
                left.Transfers.ToList().ForEach(t => journal.End(t.Id));
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs the transfers of an order; they end on their own.</summary>
    public void Start(ModelOrder order, ImmutableArray<ModelTransfer> transfers)
    {
        foreach (var transfer in transfers)
        {
            _running[transfer.Id] = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
        }

        _ = RunAllAsync(order, transfers);
    }

    /// <summary>Cancels one; false when it does not run.</summary>
    public bool Cancel(string transfer)
    {
        if (!_running.TryGetValue(transfer, out var running))
        {
            return false;
        }

        board.End(transfer, TransferState.Cancelled);
        running.Cancel();
        return true;
    }

    /// <summary>A file comes into the house once: where several devices want what is fetched from outside, one fetches it and the others get it from there.</summary>
    private async Task RunAllAsync(ModelOrder order, ImmutableArray<ModelTransfer> transfers)
    {
        using var kept = wishes.Keep(order.Source);
        var once = order.Source is ModelSource.HuggingFace or ModelSource.Url;
        for (var i = 0; once && i < transfers.Length; i++)
        {
            if (await RunAsync(order, transfers[i]) is { } id)
            {
                var relay = order with { Source = new ModelSource.Device(transfers[i].Device, id), Id = id };
                await Task.WhenAll(transfers.Skip(i + 1).Select(t => RunAsync(relay, t)));
                return;
            }
        }

        // What was uploaded for nothing stays: the person can order it again without sending it again.
        if (!once && (await Task.WhenAll(transfers.Select(t => RunAsync(order, t)))).All(id => id is not null))
        {
            wishes.Forget(order.Source);
        }
    }

    /// <summary>Runs one transfer to its end; the model's name on the device when it is there.</summary>
    private async Task<string?> RunAsync(ModelOrder order, ModelTransfer transfer)
    {
        using var stop = _running[transfer.Id];
        try
        {
            var (done, problem) = await BringAsync(order, transfer, stop.Token);
            if (problem is not null)
            {
                // Links close when the dashboard stops: that is no fault of the device.
                life.ApplicationStopping.ThrowIfCancellationRequested();
            }

            await inventory.RefreshAsync(transfer.Device, CancellationToken.None);
            board.End(transfer.Id, problem is null ? TransferState.Succeeded : TransferState.Failed, problem);
            return done;
        }
        catch (OperationCanceledException)
        {
            // When the dashboard stops, the next start goes on with it.
            if (!life.ApplicationStopping.IsCancellationRequested)
            {
                board.End(transfer.Id, TransferState.Cancelled);
            }

            return null;
        }
        catch (Exception e)
        {
            // A transfer that nobody watches must not look as if it still ran.
            Log.Failed(logger, e, transfer.DeviceName);
            board.End(transfer.Id, TransferState.Failed, ModelProblems.Internal(transfer.DeviceName, transfer.Model));
            return null;
        }
        finally
        {
            _running.TryRemove(transfer.Id, out _);
        }
    }

    // Asks again after each loss of the link: the device keeps what has come.
    private async Task<(string? Done, Problem? Problem)> BringAsync(ModelOrder order, ModelTransfer transfer, CancellationToken stop)
    {
        order = order with { Devices = [transfer.Device] };
        for (var (losses, spot) = (0, 0L); ; await Task.Delay(Look, time, stop))
        {
            if (await ReadyAsync(order, transfer, stop) is not { } link)
            {
                return (null, wishes.Check(order) ?? ModelProblems.NotLinked(transfer.DeviceName));
            }

            board.Update(transfer.Id, t => t with { State = TransferState.Running, Phase = null, Source = order.Source is ModelSource.Device from ? Name(from.From) : t.Source });
            var (wish, feed) = wishes.Make(order);
            string? done = null;
            var problem = await InstallCall.RunAsync(link, transfer.DeviceName, transfer.Model, wish, feed, step => Step(transfer.Id, step), id => done = id, stop);
            var bytes = board.Find(transfer.Id)?.Bytes ?? 0;
            (losses, spot) = bytes > spot ? (1, bytes) : (losses + 1, spot);
            if (problem?.Code is not (ModelProblems.DeviceLost or ModelProblems.AgentFailed) || losses > MostLossesOnOneSpot)
            {
                return (problem is null ? done : null, problem);
            }
        }
    }

    // Null when the device, or what has the files, did not come back in time.
    private async Task<IDeviceLink?> ReadyAsync(ModelOrder order, ModelTransfer transfer, CancellationToken stop)
    {
        for (var since = time.GetTimestamp(); ; await Task.Delay(Look, time, stop))
        {
            stop.ThrowIfCancellationRequested();
            var missing = wishes.Check(order);
            if (links.Find(transfer.Device) is { Closed.IsCancellationRequested: false } link && missing is null)
            {
                return link;
            }

            if (time.GetElapsedTime(since) >= options.WaitForDevice || (order.Source is ModelSource.Upload && missing?.Code == ModelProblems.UploadGone))
            {
                return null;
            }

            board.Update(transfer.Id, t => t with { State = TransferState.Waiting, Phase = ModelTransfer.Away, BytesPerSecond = null, RemainingSeconds = null });
        }
    }

    private void Step(string transfer, InstallStep step) => board.Update(transfer, t => t with
    {
        Phase = FromWire.Text(step.Phase, 20),
        Bytes = Math.Max(0, step.Bytes),
        TotalBytes = step.HasTotalBytes ? Math.Max(0, step.TotalBytes) : null,
        BytesPerSecond = step.HasBytesPerSecond && step.BytesPerSecond is > 0 and < 1e12 ? step.BytesPerSecond : null,
        RemainingSeconds = step.HasRemainingSeconds && step.RemainingSeconds is >= 0 and < 1e8 ? step.RemainingSeconds : null,
    });

    private string Name(DeviceId device) => fleet.Current.NameOf(device);

    private static partial class Log
    {
        [LoggerMessage(EventId = 522, Level = LogLevel.Error, Message = "A model transfer to {Device} failed")]
        public static partial void Failed(ILogger logger, Exception e, string device);
    }
}
