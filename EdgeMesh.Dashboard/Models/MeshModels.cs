using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The models of the mesh: previews, transfers, removal.</summary>
public sealed class MeshModels(
    IFleet fleet, IDeviceLinks links, ModelBoard board, ModelInventory inventory, ModelWishes wishes, ModelUploads uploads, TransferRunner runner, ModelsOptions options, TimeProvider time, IDeeds deeds) : IModels
{
    private static readonly TimeSpan PreviewPatience = TimeSpan.FromSeconds(30);

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
        if (board.Add(order, transfers, options.MaxTransfers) is { } refused)
        {
            return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>(([], refused));
        }

        runner.Start(order, transfers);
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

        return found.IsOver || !runner.Cancel(transfer) ? ModelProblems.TransferOver() : null;
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
        catch (Exception e) when (BrokenLink.Is(e))
        {
            return ModelProblems.Link(name, model, e) with { Title = $"{name} did not remove {model}." };
        }
    }

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
        catch (Exception e) when (BrokenLink.Is(e))
        {
            return None(ModelProblems.Link(name, model, e));
        }

        InstallForecast None(Problem problem) => new(device, name, 0, null, null, 0, 0, null, null, null, problem);
    }

    private string Name(DeviceId device) => fleet.Current.NameOf(device);
}
