using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Profiled;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>A model on a device: what AI Hub measured of it, beside what the device itself measured last, with the same sizes where there is such a measurement.</summary>
/// <param name="Source">Where the store says that the model came from; null when it is not stored there.</param>
/// <param name="Hub">The newest profile result of this very artifact, on this device's chip if there is one; null when none was seen.</param>
/// <param name="SameChip">That was measured on the chip that this device has.</param>
/// <param name="Ours">The device's last measurement; null before the first.</param>
/// <param name="Job">The job of that.</param>
/// <param name="Measurable">A runtime that is ready can run it now.</param>
public sealed record LatencyRow(string Model, string? Source, ProfiledLatency? Hub, bool SameChip, OnnxMeasurement? Ours, string? RuntimeName, JobId? Job, bool Measurable)
{
    /// <summary>The models that came from AI Hub or were measured here, by name. Pure.</summary>
    public static ImmutableArray<LatencyRow> Of(DeviceSnapshot device, ModelsSnapshot models, ImmutableArray<ProfiledLatency> profiled, LatencyHistory measured)
    {
        var stored = models.Stores.GetValueOrDefault(device.Id)?.Models ?? [];
        return
        [
            .. stored.Where(s => HubOrigin.Parse(s.Source) is not null).Select(s => s.Id).Union(measured.Models).Order(StringComparer.Ordinal)
                .Select(id => Row(device, id, stored.FirstOrDefault(s => s.Id == id), profiled, measured)),
        ];
    }

    /// <summary>Both were measured with the same sizes.</summary>
    public bool SameSizes => this is { Hub.Inputs: { } theirs, Ours.Inputs: var ours } && OnnxSizes.Same(theirs, ours);

    /// <summary>How the two compare, in words; null when one is missing or they are of different things: another chip, other sizes, or a figure that is not Qualcomm's.</summary>
    public string? Comparison => this is { Hub: { IsQualcomm: true } hub, SameChip: true, SameSizes: true, Ours: { } ours }
        ? (ours.P50Ms / hub.LatencyMs) switch
        {
            < 0.95 and var less => $"{1 / less:0.0} times as fast as there",
            > 1.05 and var more => $"{more:0.0} times as long as there",
            _ => "as long as there",
        }
        : null;

    private static LatencyRow Row(DeviceSnapshot device, string id, StoredModelInfo? stored, ImmutableArray<ProfiledLatency> profiled, LatencyHistory measured)
    {
        var origin = stored is null ? null : HubOrigin.Parse(stored.Source);
        var hub = profiled.Where(p => origin is not null && p.HubModel == origin.Model && (p.Emulated, p.Confirmed) == (origin.Emulated, origin.Confirmed))
            .OrderByDescending(p => ChipsetMatch.Has(device.Profile, p.Target)).ThenByDescending(p => p.At).FirstOrDefault();
        var runs = device.State == DeviceState.Online
            && device.Runtimes.Any(r => r.State == RuntimeState.Ready && r.TaskKinds.Contains(TaskKind.OnnxRun) && r.Models.Any(m => m.Id == id && m.RunsAsOnnx));
        var ours = measured.Find(id, hub?.Inputs);
        return new LatencyRow(
            id, stored?.Source, hub, hub is not null && ChipsetMatch.Has(device.Profile, hub.Target), ours?.Attempt.Receipt!.Measurement,
            ours is { } m ? device.Runtimes.FirstOrDefault(r => r.Id == m.Attempt.RuntimeId)?.Name ?? m.Attempt.RuntimeId : null, ours?.Job, runs);
    }
}
