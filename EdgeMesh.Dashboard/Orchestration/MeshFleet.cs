using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>The fleet for pages, API and hub.</summary>
public sealed class MeshFleet(FleetFeed feed, IGrainFactory grains, DeviceStore store, EmbeddedIdentity embedded, IDeviceLinks links, IDeeds deeds, TimeProvider time) : IFleet
{
    private const int LongestName = 64;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    public FleetSnapshot Current => feed.Current;

    public DeviceId? LocalDevice => embedded.Id;

    public int SubscriberCount => feed.SubscriberCount;

    public ILiveSubscription<FleetSnapshot> Subscribe() => feed.Subscribe();

    public Task<Problem?> DrainAsync(DeviceId id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.DeviceDrain, Named(id), () => SetDrainingAsync(id, true, cancellationToken));

    public Task<Problem?> ResumeAsync(DeviceId id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.DeviceResume, Named(id), () => SetDrainingAsync(id, false, cancellationToken));

    public Task<Problem?> RenameAsync(DeviceId id, string name, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.DeviceRename, $"{Named(id)} to {name.Trim()}", () => RenameKnownAsync(id, name, cancellationToken));

    public Task<Problem?> ForgetAsync(DeviceId id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.DeviceForget, Named(id), () => ForgetKnownAsync(id, cancellationToken));

    public Task<Problem?> ProveAsync(DeviceId id, CancellationToken cancellationToken) => Deeds.Missing(Scopes.Admin) is { } missing ? Task.FromResult<Problem?>(missing) : AskAsync(
        id,
        async (client, options) => (await client.ProveAsync(new ProveRequest(), options)).Canaries > 0 ? null
            : new Problem("nothing_to_prove", "There is nothing to prove on this device.", "Its agent has no engine with a run that proves an accelerator.", "Update its agent."),
        cancellationToken);

    public Task<Problem?> AllowEngineAsync(DeviceId id, string runtime, int uid, bool allow, CancellationToken cancellationToken) => deeds.DoAsync(
        allow ? AuditActions.EngineAllow : AuditActions.EngineForbid,
        $"{runtime} of uid {uid} on {Named(id)}",
        () => AskAsync(
            id,
            async (client, options) => (await client.AllowEngineAsync(new AllowEngineRequest { RuntimeId = runtime, Uid = uid, Allow = allow }, options)).Known ? null
                : new Problem("engine_changed", "This engine is not there any more.", "It is gone, or another user runs it by now.", "Look at the device's page again."),
            cancellationToken));

    private async Task<Problem?> RenameKnownAsync(DeviceId id, string name, CancellationToken cancellationToken)
    {
        var clean = name.Trim();
        if (clean.Length is 0 or > LongestName || clean.Any(char.IsControl))
        {
            return new Problem("name_invalid", "This is not a name.", $"A name has 1 to {LongestName} characters and no control characters.", "Choose another name.", "name");
        }

        if (Unknown(id) is { } unknown)
        {
            return unknown;
        }

        await store.RenameAsync(id, clean, cancellationToken);
        await Grain(id).RenameAsync(clean);
        return null;
    }

    private async Task<Problem?> ForgetKnownAsync(DeviceId id, CancellationToken cancellationToken)
    {
        if (Unknown(id) is { } unknown)
        {
            return unknown;
        }

        if (id == embedded.Id)
        {
            return new Problem("device_embedded", "This computer cannot be forgotten.", "It is part of the dashboard itself.", "Start the dashboard with --no-embedded-device to leave it out.");
        }

        await store.ForgetAsync(id, cancellationToken);
        await Grain(id).ForgetAsync();
        return null;
    }

    private async Task<Problem?> AskAsync(DeviceId id, Func<DeviceService.DeviceServiceClient, CallOptions, Task<Problem?>> ask, CancellationToken cancellationToken)
    {
        if (Unknown(id) is { } unknown)
        {
            return unknown;
        }

        try
        {
            return links.Find(id) is not { } link ? Unreachable("It has no link to this dashboard.")
                : await ask(link.Client, new CallOptions(deadline: (time.GetUtcNow() + AnswerLimit).UtcDateTime, cancellationToken: cancellationToken));
        }
        catch (Exception e) when (BrokenLink.Is(e) && !cancellationToken.IsCancellationRequested)
        {
            return Unreachable($"It did not answer ({BrokenLink.Word(e)}).");
        }

        static Problem Unreachable(string detail) => new("device_unreachable", "The device cannot be asked now.", detail, "Wait until it is online, then try again.");
    }

    private async Task<Problem?> SetDrainingAsync(DeviceId id, bool draining, CancellationToken cancellationToken)
    {
        if (Unknown(id) is { } unknown)
        {
            return unknown;
        }

        await store.SetDrainingAsync(id, draining, cancellationToken);
        await Grain(id).SetDrainingAsync(draining);
        return null;
    }

    private string Named(DeviceId id) => Current.Find(id) is { } device ? $"{device.Name} ({id.Short})" : id.Short;

    private IDeviceGrain Grain(DeviceId id) => grains.GetGrain<IDeviceGrain>(id.Value);

    private Problem? Unknown(DeviceId id) => Current.Find(id) is not null ? null
        : new Problem("device_unknown", "There is no such device.", $"No device with the id {id.Short} is in this mesh.", "The Fleet page lists them.");
}
