using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Placement;

/// <summary>How many devices a job may use at once (<see cref="JobRequest.MaxWorkers"/>), for its plan and for what is placed later. Pure.</summary>
public static class WorkerLimit
{
    /// <summary>The candidates that a plan may use: the best ones.</summary>
    /// <param name="most">Devices that are possible at all.</param>
    public static List<Candidate> Take(IEnumerable<Candidate> candidates, JobRequest request, int most = int.MaxValue) =>
        [.. candidates.Take(Math.Min(request.MaxWorkers ?? most, most))];

    /// <summary>The devices that one more task of a job may go to: all of them until it uses as many as it may, then those.</summary>
    /// <param name="used">Devices that work for the job now.</param>
    public static FleetSnapshot Keep(FleetSnapshot fleet, JobRequest request, IReadOnlySet<DeviceId> used) =>
        used.Count == 0 || !(used.Count >= request.MaxWorkers) ? fleet : fleet with { Devices = [.. fleet.Devices.Where(d => used.Contains(d.Id))] };
}
