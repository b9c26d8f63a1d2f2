using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Features.Devices;

/// <summary>The measurements of ONNX models on one device, newest first. Jobs that have ended do not change: each is read once.</summary>
public sealed class LatencyHistory
{
    private const int PageSize = 50;

    /// <summary>Pages that are looked through for models that were not found yet.</summary>
    private const int MaxPages = 10;

    private readonly Dictionary<JobId, ImmutableArray<AttemptView>> _read = [];
    private ImmutableArray<(JobId Job, AttemptView Attempt)> _all = [];

    /// <summary>The models that were measured.</summary>
    public IEnumerable<string> Models => _all.Select(m => m.Attempt.ModelId).Distinct();

    /// <summary>The newest measurement of a model: one with these sizes if there is one, else any.</summary>
    public (JobId Job, AttemptView Attempt)? Find(string model, ImmutableArray<TensorInfo>? sizes)
    {
        var mine = _all.Where(m => m.Attempt.ModelId == model).ToList();
        var fitting = sizes is { } wanted ? mine.FindIndex(m => OnnxSizes.Same(wanted, m.Attempt.Receipt!.Measurement!.Inputs)) : -1;
        return mine.Count == 0 ? null : mine[Math.Max(0, fitting)];
    }

    /// <summary>Reads the newest jobs, and older ones while a wanted model has no measurement yet.</summary>
    public async Task ReadAsync(IJobs jobs, DeviceId device, IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        var (found, missing) = (ImmutableArray.CreateBuilder<(JobId, AttemptView)>(), wanted.ToHashSet(StringComparer.Ordinal));
        var query = JobQuery.First(PageSize) with { Device = device, Kind = JobKind.Onnx };
        for (var number = 0; number < MaxPages; number++)
        {
            var page = await jobs.ListAsync(query, cancellationToken);
            foreach (var row in page.Items.Where(r => r.State == JobState.Succeeded))
            {
                foreach (var attempt in await OfAsync(jobs, row.Id, device, cancellationToken))
                {
                    found.Add((row.Id, attempt));
                    missing.Remove(attempt.ModelId);
                }
            }

            if (missing.Count == 0 || page.NextCursor is not { } next)
            {
                break;
            }

            query = query with { Cursor = next };
        }

        _all = found.ToImmutable();
    }

    private async Task<ImmutableArray<AttemptView>> OfAsync(IJobs jobs, JobId id, DeviceId device, CancellationToken cancellationToken)
    {
        if (!_read.TryGetValue(id, out var attempts) && await jobs.GetAsync(id, cancellationToken) is { } job)
        {
            _read[id] = attempts = [.. job.Tasks.Select(t => t.Current).OfType<AttemptView>().Where(a => a.DeviceId == device && a.Receipt?.Measurement is not null)];
        }

        return attempts.IsDefault ? [] : attempts;
    }
}
