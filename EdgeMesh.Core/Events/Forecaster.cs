using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>Makes one <see cref="JobForecast"/>.</summary>
internal sealed class Forecaster
{
    private const double SlowestPace = 10;
    private const double FastestPace = 0.1;
    private const double NoticeablePace = 1.15;

    // What takes longer than nine of ten by more than this is past any prediction: it may hang.
    private const double LongestOverdue = 0.25;
    private const double ShortestOverdueMs = 2_000;
    private readonly JobView _job;
    private readonly FleetSnapshot _fleet;
    private readonly double _nowMs;
    private readonly double _firstPlacedMs;
    private readonly Dictionary<DeviceId, double> _paces = [];
    private readonly double _pace;
    private readonly List<TaskForecast> _tasks = [];
    private bool _isOverdue;
    private bool _isEndless;

    public Forecaster(JobView job, FleetSnapshot fleet, DateTimeOffset now)
    {
        (_job, _fleet, _nowMs) = (job, fleet, job.ElapsedMs(now));
        _firstPlacedMs = job.Tasks.SelectMany(t => t.Attempts).Select(a => _job.ElapsedMs(a.PlacedAt)).DefaultIfEmpty(_nowMs).Min();
        var done = job.Tasks.Select(t => t.Current).OfType<AttemptView>().Where(a => a is { State: AttemptState.Succeeded, WorkMs: not null }).ToList();
        _pace = Pace(done);
        foreach (var device in done.GroupBy(a => a.DeviceId))
        {
            _paces[device.Key] = Pace([.. device]);
        }
    }

    public JobForecast Make()
    {
        var end = Math.Max(Open(), _job.Tasks.SelectMany(t => t.Attempts).Select(a => a.EndedAt).OfType<DateTimeOffset>().Select(_job.ElapsedMs).DefaultIfEmpty(0).Max());
        foreach (var stage in _job.Tasks.Where(t => t.State == TaskState.Waiting && t.Attempts.IsEmpty).GroupBy(t => t.Planned.Stage).OrderBy(g => g.Key))
        {
            end = Later(stage, end);
        }

        end = Math.Max(end, _nowMs);
        var predicted = _job.Predicted!;
        var spread = Math.Max(1, predicted.P90Ms / Math.Max(1, predicted.P50Ms));
        var first = _firstPlacedMs + predicted.P50Ms;
        var forecast = new JobForecast(end, _nowMs + ((end - _nowMs) * spread), first, null, [.. _tasks.OrderBy(t => t.Task.Number)], !_isEndless);
        return forecast.HasMoved ? forecast with { Reason = Reason(end > first) } : forecast;
    }

    private static double Pace(List<AttemptView> done)
    {
        var predicted = done.Sum(a => a.Predicted.WorkP50Ms);
        return predicted <= 0 ? 1 : Math.Clamp(done.Sum(a => a.WorkMs!.Value) / predicted, FastestPace, SlowestPace);
    }

    // What runs or waits on a device: one after the other, or as many at a time as run there now.
    private double Open()
    {
        var last = 0.0;
        var open = _job.Tasks.Where(t => t.State is TaskState.Running or TaskState.Queued && t.Current is { IsOpen: true });
        foreach (var device in open.GroupBy(t => t.Current!.DeviceId))
        {
            var free = new PriorityQueue<double, double>();
            foreach (var task in device.Where(t => t.Current!.State == AttemptState.Running))
            {
                var attempt = task.Current!;
                var start = _job.ElapsedMs(attempt.StartedAt ?? attempt.PlacedAt);
                Add(task, attempt, start, RunningEnd(start, attempt, task.Hedge), free);
            }

            foreach (var task in device.Where(t => t.Current!.State == AttemptState.Placed).OrderBy(t => t.Current!.PlacedAt).ThenBy(t => t.Id.Number))
            {
                var attempt = task.Current!;
                var start = free.Count > 0 ? free.Dequeue() : Math.Max(_nowMs, _job.ElapsedMs(attempt.PlacedAt) + attempt.Predicted.WaitMs);
                Add(task, attempt, start, start + (attempt.Predicted.WorkP50Ms * PaceOf(attempt.DeviceId)), free);
            }
        }

        return last;

        void Add(TaskView task, AttemptView attempt, double start, double end, PriorityQueue<double, double> free)
        {
            free.Enqueue(end, end);
            last = Math.Max(last, end);
            _tasks.Add(new TaskForecast(task.Id, attempt.DeviceId, attempt.DeviceName, start, end));
        }
    }

    private double RunningEnd(double start, AttemptView attempt, AttemptView? hedge)
    {
        var pace = PaceOf(attempt.DeviceId);
        var usual = start + (attempt.Predicted.WorkP50Ms * pace);
        if (_nowMs < usual)
        {
            return usual;
        }

        _isOverdue = true;
        if (hedge is { IsOpen: true } && _job.ElapsedMs(hedge.StartedAt ?? hedge.PlacedAt) + (hedge.Predicted.WorkP50Ms * PaceOf(hedge.DeviceId)) is var second && _nowMs < second)
        {
            return second;
        }

        var late = start + (attempt.Predicted.WorkP90Ms * pace);
        _isEndless |= _nowMs > late + Math.Max(ShortestOverdueMs, (late - start) * LongestOverdue);
        return Math.Max(late, _nowMs);
    }

    // A stage that is not open yet: where the plan had it, or where it can be now that this device is away.
    private double Later(IEnumerable<TaskView> stage, double opens)
    {
        var free = new Dictionary<DeviceId, double>();
        var last = opens;
        foreach (var task in stage)
        {
            var placement = _job.Plan!.Placements[task.Id.Number - 1];
            var (device, name) = IsOnline(placement.Device) ? (placement.Device, placement.DeviceName) : Another(free, opens);
            var start = device is { } known ? free.GetValueOrDefault(known, opens) : opens;
            var end = start + (placement.Predicted.WorkP50Ms * PaceOf(device ?? placement.Device));
            if (device is { } used)
            {
                free[used] = end;
            }

            last = Math.Max(last, end);
            _tasks.Add(new TaskForecast(task.Id, device, name, start, end));
        }

        return last;
    }

    private (DeviceId? Device, string Name) Another(Dictionary<DeviceId, double> free, double opens)
    {
        var others = _job.Tasks.SelectMany(t => t.Attempts).Select(a => (Id: a.DeviceId, Name: a.DeviceName))
            .Concat(_job.Plan!.Placements.Select(p => (Id: p.Device, Name: p.DeviceName)))
            .DistinctBy(d => d.Id).Where(d => IsOnline(d.Id)).ToList();
        if (others.Count == 0)
        {
            return (null, "");
        }

        var soonest = others.MinBy(d => free.GetValueOrDefault(d.Id, opens));
        return (soonest.Id, soonest.Name);
    }

    private string? Reason(bool later)
    {
        var moved = _job.Tasks.Where(t => t.Attempts.Length > 1).Select(t => (Task: t, From: t.Attempts[^2], To: t.Attempts[^1])).ToList();
        if (later && moved.Count > 0)
        {
            var (task, from, to) = moved.MaxBy(m => m.To.PlacedAt);
            if (to.IsHedge && from.State != AttemptState.Failed)
            {
                return $"{to.DeviceName} was asked as well: {from.DeviceName} takes longer than predicted";
            }

            var what = from.DeviceId == to.DeviceId ? $"{task.Planned.Label} was tried again on {to.DeviceName}" : $"{task.Planned.Label} moved to {to.DeviceName}";
            return from.ReasonWords is { } words ? $"{what}: {words}" : what;
        }

        var names = _job.Tasks.SelectMany(t => t.Attempts).DistinctBy(a => a.DeviceId).ToDictionary(a => a.DeviceId, a => a.DeviceName);
        var notable = _paces.Where(p => later ? p.Value > NoticeablePace : p.Value < 1 / NoticeablePace).ToList();
        if (notable.Count > 0)
        {
            var one = later ? notable.MaxBy(p => p.Value) : notable.MinBy(p => p.Value);
            return $"{names[one.Key]} is {(later ? "slower" : "faster")} than predicted";
        }

        return later && _isOverdue ? "a task takes longer than predicted"
            : later && _job.Tasks.Any(t => t.Current is { State: AttemptState.Placed } a && _nowMs > _job.ElapsedMs(a.PlacedAt) + a.Predicted.WaitMs) ? "it waits longer for its turn"
            : null;
    }

    private double PaceOf(DeviceId device) => _paces.GetValueOrDefault(device, _pace);

    private bool IsOnline(DeviceId device) => _fleet.Find(device) is { State: DeviceState.Online };
}
