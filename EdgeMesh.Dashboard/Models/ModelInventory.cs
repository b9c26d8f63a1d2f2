using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Keeps what is known of each device's store true: asked when a device links, when its runtimes change, when a transfer ends, and now and then while someone looks.</summary>
public sealed class ModelInventory(IFleet fleet, IDeviceLinks links, ModelBoard board, TimeProvider time, Steadiness steady) : SteadyService(steady)
{
    private const int MostModels = 500;
    private const int MostFiles = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileLookedAt = TimeSpan.FromSeconds(10);
    private readonly Dictionary<DeviceId, (DeviceState State, ImmutableArray<RuntimeInfo> Runtimes)> _asked = [];

    /// <summary>Asks every linked device.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) => Task.WhenAll(fleet.Current.Devices.Select(d => RefreshAsync(d.Id, cancellationToken)));

    /// <summary>Asks one device; one that is not linked keeps what was known.</summary>
    public async Task RefreshAsync(DeviceId device, CancellationToken cancellationToken)
    {
        if (links.Find(device) is not { } link)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Closed);
        limit.CancelAfter(Patience);
        try
        {
            var reply = await link.Client.ListModelsAsync(new ListModelsRequest(), new CallOptions(cancellationToken: limit.Token));
            board.Set(new DeviceModels(device, [.. reply.Models.Take(MostModels).Select(Model)], Math.Max(0, reply.DiskFreeBytes), time.GetUtcNow()));
        }
        catch (Exception e) when (BrokenLink.Is(e))
        {
            var name = fleet.Current.NameOf(device);
            var problem = e is RpcException { StatusCode: StatusCode.Unimplemented } ? ModelProblems.Link(name, "", e)
                : new Problem("store_unread", $"{name} did not list its models.", $"Its agent did not answer ({BrokenLink.Word(e)}).", "It is asked again when it links or its engines change.");
            var known = board.Current.Stores.GetValueOrDefault(device);
            board.Set(new DeviceModels(device, known?.Models ?? [], known?.DiskFreeBytes, time.GetUtcNow(), problem));
        }
        catch (OperationCanceledException)
        {
            // The link closed; it is asked when it is back.
        }
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var looking = FollowMemoryAsync(stoppingToken);
        await using var subscription = fleet.Subscribe();
        await FollowAsync(subscription.Snapshot, stoppingToken);
        try
        {
            await foreach (var snapshot in subscription.Changes(stoppingToken))
            {
                await FollowAsync(snapshot, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The dashboard stops.
        }

        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A device may claim anything; it may not hurt.
    private static StoredModelInfo Model(StoredModel m) => new(
        FromWire.Text(m.Id), FromWire.Text(m.Kind, 40), FromWire.Text(m.Source, 300), [.. m.Skills.Take(8).Select(FromWire.Name<Skill>).OfType<Skill>()],
        [.. m.Files.Take(MostFiles).Select(f => new ModelFileInfo(FromWire.Text(f.Path, 240), FromWire.Text(f.Sha256, 64), Math.Max(0, f.Bytes)))],
        m.InstalledAtUnixMs is > 0 and < 253_402_300_799_000 ? DateTimeOffset.FromUnixTimeMilliseconds(m.InstalledAtUnixMs) : null,
        m.Runnable, m.Loaded, m.HasLoadMs && m.LoadMs is > 0 and < 1e9 ? m.LoadMs : null);

    // What is in memory changes with every task and no device tells of it: asked only while someone looks.
    private async Task FollowMemoryAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(WhileLookedAt, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (board.SubscriberCount > 0)
            {
                await RefreshAsync(cancellationToken);
            }
        }
    }

    private async Task FollowAsync(FleetSnapshot snapshot, CancellationToken cancellationToken)
    {
        board.Keep(snapshot.Devices.Select(d => d.Id).ToHashSet());
        var changed = snapshot.Devices.Where(d => d.State is DeviceState.Online or DeviceState.Draining
            && (!_asked.TryGetValue(d.Id, out var before) || before.State != d.State || before.Runtimes != d.Runtimes));
        await Task.WhenAll(changed.Select(d => RefreshAsync(d.Id, cancellationToken)).ToList());

        foreach (var device in snapshot.Devices)
        {
            _asked[device.Id] = (device.State, device.Runtimes);
        }
    }
}
