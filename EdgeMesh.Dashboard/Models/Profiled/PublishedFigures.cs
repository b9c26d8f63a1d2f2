using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Models.Profiled;

/// <summary>Brings together what AI Hub measured and which devices have that very model and chip: what predictions may rest on before a first run.</summary>
public sealed class PublishedFigures(ModelBoard board, IProfiledLatencies profiled, IFleet fleet) : IPublishedFigures
{
    private Computed _last = new(null, default, [], PublishedLatencies.None);

    // Every keystroke of a form asks, and the three hardly ever change.
    public PublishedLatencies Current
    {
        get
        {
            var (models, all, last) = (board.Current, profiled.All, _last);
            if (!ReferenceEquals(models, last.Models) || all != last.All || !last.Profiles.SequenceEqual(Profiles()))
            {
                _last = last = new Computed(models, all, [.. Profiles()], Of(models, all, fleet.Current));
            }

            return last.Latencies;
        }
    }

    /// <summary>The figures of AI Hub about models that devices of their very chip have. Pure.</summary>
    public static PublishedLatencies Of(ModelsSnapshot models, ImmutableArray<ProfiledLatency> all, FleetSnapshot fleet)
    {
        if (all.IsEmpty)
        {
            return PublishedLatencies.None;
        }

        var known = ImmutableDictionary.CreateBuilder<(DeviceId, string), PublishedLatency>();
        foreach (var (device, stored, latency) in Pairs(models, all, fleet))
        {
            if (latency is { IsQualcomm: true, On: { } on, Inputs: { IsDefault: false } inputs } && ChipsetMatch.Has(device.Profile, latency.Target))
            {
                known.TryAdd((device.Id, stored.Id), new PublishedLatency(latency.LatencyMs, latency.FirstLoadMs, on, $"measured by AI Hub on {latency.DeviceName}", inputs));
            }
        }

        return known.Count == 0 ? PublishedLatencies.None : new PublishedLatencies(known.ToImmutable());
    }

    /// <summary>Each deployed model on each device with each of its profile results, newest first. Pure.</summary>
    public static IEnumerable<(DeviceSnapshot Device, StoredModelInfo Stored, ProfiledLatency Latency)> Pairs(ModelsSnapshot models, ImmutableArray<ProfiledLatency> all, FleetSnapshot fleet) =>
        from device in fleet.Devices
        from stored in models.Stores.GetValueOrDefault(device.Id)?.Models ?? []
        let origin = HubOrigin.Parse(stored.Source)
        where origin is not null
        from latency in all
        where latency.HubModel == origin.Model && (latency.Emulated, latency.Confirmed) == (origin.Emulated, origin.Confirmed)
        select (device, stored, latency);

    private IEnumerable<DeviceProfile?> Profiles() => fleet.Current.Devices.Select(d => d.Profile);

    private sealed record Computed(ModelsSnapshot? Models, ImmutableArray<ProfiledLatency> All, ImmutableArray<DeviceProfile?> Profiles, PublishedLatencies Latencies);
}
