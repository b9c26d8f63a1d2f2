using System.Collections.Concurrent;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The models of the mesh: previews, transfers, removal.</summary>
public sealed partial class MeshModels(
    IFleet fleet, IDeviceLinks links, ModelBoard board, ModelInventory inventory, ModelWishes wishes, ModelUploads uploads, ModelsOptions options, IHostApplicationLifetime life, TimeProvider time,
    IDeeds deeds,
    ILogger<MeshModels> logger) : IModels
{
    private static readonly TimeSpan PreviewPatience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();

    public ModelsSnapshot Current => board.Current;

    public int SubscriberCount => board.SubscriberCount;

    public ILiveSubscription<ModelsSnapshot> Subscribe() => board.Subscribe();

    public Task RefreshAsync(CancellationToken cancellationToken) => inventory.RefreshAsync(cancellationToken);

    public Task<(ModelUpload? Upload, Problem? Problem)> UploadAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken) =>
        Deeds.Missing(Scopes.Admin) is { } missing ? Task.FromResult<(ModelUpload?, Problem?)>((null, missing)) : uploads.AddAsync(upload, fileName, content, cancellationToken);

    public async Task<(ImmutableArray<InstallForecast> Forecasts, Problem? Problem)> PreviewAsync(ModelOrder order, CancellationToken cancellationToken)
    {
        if (wishes.Check(order) is { } wrong)
        {
            return ([], wrong);
        }

        var wish = wishes.Make(order).Wish;
        return ([.. await Task.WhenAll(order.Devices.Distinct().Select(d => ForecastAsync(d, wishes.NameOf(order), wish, cancellationToken)))], null);
    }

    public async Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> InstallAsync(ModelOrder order, CancellationToken cancellationToken)
    {
        ImmutableArray<ModelTransfer> transfers = [];
        var places = string.Join(", ", order.Devices.Distinct().Take(8).Select(Name));
        var problem = await deeds.DoAsync(AuditActions.ModelInstall, $"{wishes.NameOf(order)} on {places}", async () =>
        {
            (transfers, var refused) = await BeginAsync(order, cancellationToken);
            return refused;
        });
        return (transfers, problem);
    }

    private Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> BeginAsync(ModelOrder order, CancellationToken cancellationToken)
    {
        if (wishes.Check(order) is { } wrong)
        {
            return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>(([], wrong));
        }

        var now = time.GetUtcNow();
        ImmutableArray<ModelTransfer> transfers = [.. order.Devices.Distinct().Select(d => new ModelTransfer(
            Guid.NewGuid().ToString("n"), d, Name(d), wishes.NameOf(order), order.Source.Name, TransferState.Waiting, null, 0, null, null, null, null, now, null))];
        if (board.Add(transfers, options.MaxTransfers) is { } refused)
        {
            return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>(([], refused));
        }

        foreach (var transfer in transfers)
        {
            _running[transfer.Id] = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
        }

        _ = RunAllAsync(order, transfers);
        return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>((transfers, null));
    }

    public Problem? Cancel(string transfer)
    {
        if (Deeds.Missing(Scopes.Admin) is { } missing)
        {
            return missing;
        }

        if (board.Find(transfer) is not { } found)
        {
            return ModelProblems.TransferUnknown();
        }

        if (found.IsOver || !_running.TryGetValue(transfer, out var running))
        {
            return ModelProblems.TransferOver();
        }

        board.End(transfer, TransferState.Cancelled);
        running.Cancel();
        return null;
    }

    public Task<Problem?> RemoveAsync(DeviceId device, string model, bool confirmed, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.ModelRemove, $"{model} from {Name(device)}", () => RemoveLinkedAsync(device, model, confirmed, cancellationToken));

    private async Task<Problem?> RemoveLinkedAsync(DeviceId device, string model, bool confirmed, CancellationToken cancellationToken)
    {
        var name = Name(device);
        if (links.Find(device) is not { } link)
        {
            return ModelProblems.NotLinked(name);
        }

        try
        {
            var reply = await link.Client.RemoveModelAsync(new RemoveModelRequest { Id = model, Confirmed = confirmed }, new CallOptions(cancellationToken: cancellationToken));
            await inventory.RefreshAsync(device, cancellationToken);
            return reply.Failure is { } failure ? ModelProblems.Told(name, model, failure) with { Title = $"{name} did not remove {model}." }
                : reply.Known ? null : ModelProblems.ModelUnknown(name, model);
        }
        catch (RpcException e)
        {
            return ModelProblems.Link(name, model, e) with { Title = $"{name} did not remove {model}." };
        }
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
            stop.Token.ThrowIfCancellationRequested();
            if (links.Find(transfer.Device) is not { } link)
            {
                board.End(transfer.Id, TransferState.Failed, ModelProblems.NotLinked(transfer.DeviceName));
                return null;
            }

            board.Update(transfer.Id, t => t with { State = TransferState.Running, Source = order.Source is ModelSource.Device from ? Name(from.From) : t.Source });
            var (wish, feed) = wishes.Make(order);
            var done = "";
            var problem = await InstallCall.RunAsync(link, transfer.DeviceName, transfer.Model, wish, feed, step => Step(transfer.Id, step), id => done = id, stop.Token);
            if (problem is not null)
            {
                // Links close when the dashboard stops: that is no fault of the device.
                life.ApplicationStopping.ThrowIfCancellationRequested();
            }

            await inventory.RefreshAsync(transfer.Device, CancellationToken.None);
            board.End(transfer.Id, problem is null ? TransferState.Succeeded : TransferState.Failed, problem);
            return problem is null ? done : null;
        }
        catch (OperationCanceledException)
        {
            // When the dashboard stops, the next start says so from the journal.
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

    private void Step(string transfer, InstallStep step) => board.Update(transfer, t => t with
    {
        Phase = FromWire.Text(step.Phase, 20),
        Bytes = Math.Max(0, step.Bytes),
        TotalBytes = step.HasTotalBytes ? Math.Max(0, step.TotalBytes) : null,
        BytesPerSecond = step.HasBytesPerSecond && step.BytesPerSecond is > 0 and < 1e12 ? step.BytesPerSecond : null,
        RemainingSeconds = step.HasRemainingSeconds && step.RemainingSeconds is >= 0 and < 1e8 ? step.RemainingSeconds : null,
    });

    private async Task<InstallForecast> ForecastAsync(DeviceId device, string model, InstallWish wish, CancellationToken cancellationToken)
    {
        var name = Name(device);
        if (links.Find(device) is not { } link)
        {
            return None(ModelProblems.NotLinked(name));
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Closed);
        limit.CancelAfter(PreviewPatience);
        try
        {
            var p = await link.Client.PreviewInstallAsync(wish, new CallOptions(cancellationToken: limit.Token));
            return p.Failure is { } failure ? None(ModelProblems.Told(name, model, failure) with { Title = $"{name} cannot get {model}." })
                : new InstallForecast(
                    device, name, p.Files, p.HasBytes ? p.Bytes : null, p.HasBytesToFetch ? p.BytesToFetch : null, Math.Max(0, p.DiskFreeBytes), Math.Max(0, p.DiskShortfallBytes),
                    p.HasMemoryBytes && p.MemoryBytes > 0 ? p.MemoryBytes : null, p.HasDeviceMemoryBytes ? p.DeviceMemoryBytes : null, FromWire.Text(p.Kind, 40), null);
        }
        catch (RpcException e)
        {
            return None(ModelProblems.Link(name, model, e));
        }

        InstallForecast None(Problem problem) => new(device, name, 0, null, null, 0, 0, null, null, null, problem);
    }

    private string Name(DeviceId device) => fleet.Current.Find(device)?.Name ?? device.Short;

    private static partial class Log
    {
        [LoggerMessage(EventId = 522, Level = LogLevel.Error, Message = "A model transfer to {Device} failed")]
        public static partial void Failed(ILogger logger, Exception e, string device);
    }
}
