using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>A model on a device: what AI Hub measured of it, beside what the device itself measured last.</summary>
/// <param name="Hub">The newest profile result of this very artifact, on this device's chip if there is one; null when none was seen.</param>
/// <param name="SameChip">That was measured on the chip that this device has.</param>
/// <param name="Ours">The device's last measurement; null before the first.</param>
/// <param name="Job">The job of that.</param>
/// <param name="Measurable">A runtime that is ready can run it now.</param>
public sealed record LatencyRow(string Model, ProfiledLatency? Hub, bool SameChip, OnnxMeasurement? Ours, string? RuntimeName, JobId? Job, bool Measurable)
{
    private const int Jobs = 20;

    /// <summary>The models that came from AI Hub or were measured here, by name. Pure.</summary>
    public static ImmutableArray<LatencyRow> Of(DeviceSnapshot device, ModelsSnapshot models, ImmutableArray<ProfiledLatency> profiled, IReadOnlyDictionary<string, (JobId Job, AttemptView Attempt)> measured)
    {
        var stored = models.Stores.GetValueOrDefault(device.Id)?.Models ?? [];
        return
        [
            .. stored.Where(s => HubOrigin.Parse(s.Source) is not null).Select(s => s.Id).Union(measured.Keys).Order(StringComparer.Ordinal)
                .Select(id => Row(device, id, stored.FirstOrDefault(s => s.Id == id), profiled, measured.TryGetValue(id, out var found) ? found : null)),
        ];
    }

    /// <summary>The last measurement of each model on a device, from the newest jobs of that kind.</summary>
    public static async Task<IReadOnlyDictionary<string, (JobId Job, AttemptView Attempt)>> MeasuredAsync(IJobs jobs, DeviceId device, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (JobId, AttemptView)>(StringComparer.Ordinal);
        foreach (var row in (await jobs.ListAsync(JobQuery.First(Jobs) with { Device = device, Kind = JobKind.Onnx }, cancellationToken)).Items)
        {
            var job = row.State == JobState.Succeeded ? await jobs.GetAsync(row.Id, cancellationToken) : null;
            foreach (var attempt in job?.Tasks.Select(t => t.Current).OfType<AttemptView>().Where(a => a.DeviceId == device && a.Receipt?.Measurement is not null) ?? [])
            {
                found.TryAdd(attempt.ModelId, (row.Id, attempt));
            }
        }

        return found;
    }

    /// <summary>How the two compare, in words; null when one is missing or they are of different things.</summary>
    public string? Comparison => this is { Hub: { Emulated: false } hub, SameChip: true, Ours: { } ours }
        ? (ours.P50Ms / hub.LatencyMs) switch
        {
            < 0.95 and var less => $"{1 / less:0.0} times as fast as there",
            > 1.05 and var more => $"{more:0.0} times as long as there",
            _ => "as long as there",
        }
        : null;

    private static LatencyRow Row(DeviceSnapshot device, string id, StoredModelInfo? stored, ImmutableArray<ProfiledLatency> profiled, (JobId Job, AttemptView Attempt)? measured)
    {
        var origin = stored is null ? null : HubOrigin.Parse(stored.Source);
        var hub = profiled.Where(p => origin is not null && p.HubModel == origin.Model && p.Emulated == origin.Emulated)
            .OrderByDescending(p => ChipsetMatch.Has(device.Profile, p.Target)).ThenByDescending(p => p.At).FirstOrDefault();
        var runs = device.State == DeviceState.Online
            && device.Runtimes.Any(r => r.State == RuntimeState.Ready && r.TaskKinds.Contains(TaskKind.OnnxRun) && r.Models.Any(m => m.Id == id && m.RunsAsOnnx));
        return new LatencyRow(
            id, hub, hub is not null && ChipsetMatch.Has(device.Profile, hub.Target), measured?.Attempt.Receipt!.Measurement,
            measured is { } m ? device.Runtimes.FirstOrDefault(r => r.Id == m.Attempt.RuntimeId)?.Name ?? m.Attempt.RuntimeId : null, measured?.Job, runs);
    }
}
