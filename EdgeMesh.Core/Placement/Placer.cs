using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>A device that passed every filter, with its best runtime and model and their price.</summary>
/// <param name="Rank">Of the policy.</param>
public sealed record Candidate(DeviceSnapshot Device, RuntimeInfo Runtime, ModelInfo Model, Estimate Price, int Rank);

/// <summary>Filters devices, prices the survivors, and orders them: policy, quality tier, p50, p90. Pure.</summary>
public static class Placer
{
    // MiB.
    private const double Small = 64;

    /// <summary>Prices every device that passes, best first, and says for each other device which filter removed it and why.</summary>
    public static (List<Candidate> Candidates, Dictionary<DeviceId, (string Filter, string Reason)> Rejected) Survey(
        PlannedTask task, int inputChars, FleetSnapshot fleet, FilterContext context)
    {
        var policy = Policies.For(context.Request.Policy);
        var borrowable = new Borrowable(fleet);
        var candidates = new List<Candidate>();
        var rejected = new Dictionary<DeviceId, (string, string)>();
        foreach (var device in fleet.Devices)
        {
            var why = Reject(device, context);
            if (why is not null)
            {
                rejected[device.Id] = why.Value;
                continue;
            }

            var (best, tooBig) = Best(task, inputChars, device, borrowable, context, policy);
            if (best is not null)
            {
                candidates.Add(best);
            }
            else if (tooBig is not null)
            {
                rejected[device.Id] = ("ram", tooBig);
            }
        }

        candidates.Sort(Compare);
        return (candidates, rejected);
    }

    /// <summary>Free MiB less what is reserved for running work and a margin: a tenth of what is free, at least 512 MiB.</summary>
    public static double Free(DeviceSnapshot device, Telemetry now) =>
        Math.Max(now.RamFreeMb - device.ReservedRamMb - Math.Max(512, now.RamFreeMb * 0.1), 0);

    private static (string, string)? Reject(DeviceSnapshot device, FilterContext context)
    {
        foreach (var filter in Filters.All)
        {
            if (filter.Reject(device, context) is { } reason)
            {
                return (filter.Name, reason);
            }
        }

        return null;
    }

    // The margin is for models: what needs little may use it, so that a small board is not refused a summary.
    private static bool Fits(double needMb, DeviceSnapshot device, Telemetry now) =>
        needMb <= Free(device, now) || (needMb <= Small && needMb <= (now.RamFreeMb - device.ReservedRamMb) * 0.9);

    // The best model that fits, or why the smallest does not.
    private static (Candidate? Candidate, string? TooBig) Best(PlannedTask task, int inputChars, DeviceSnapshot device, Borrowable borrowable, FilterContext context, IPlacementPolicy policy)
    {
        Candidate? best = null;
        Candidate? smallest = null;
        foreach (var runtime in device.Runtimes)
        {
            if (!SkillFilter.Fits(runtime, context))
            {
                continue;
            }

            foreach (var model in runtime.Models)
            {
                if (SkillFilter.Fits(model, context))
                {
                    var price = CostModel.Price(task, inputChars, device, runtime, model, borrowable.For(device, CalibrationKey.Of(task, runtime.Id, model.Id)));
                    var candidate = new Candidate(device, runtime, model, price, policy.Rank(device.Id, context.Plan));
                    if (price.RamMb is { } need && device.Telemetry is { } now && !Fits(need, device, now))
                    {
                        smallest = smallest?.Price.RamMb < need ? smallest : candidate;
                    }
                    else
                    {
                        best = best is null || Compare(candidate, best) < 0 ? candidate : best;
                    }
                }
            }
        }

        return (best, best is not null || smallest is null ? null
            : $"{smallest.Model.Id} needs {smallest.Price.RamMb:N0} MB and {Free(device, device.Telemetry!):N0} MB are free. Choose a smaller model, or close programs there.");
    }

    private static int Compare(Candidate a, Candidate b)
    {
        var order = a.Rank.CompareTo(b.Rank);
        order = order != 0 ? order : b.Model.QualityTier.CompareTo(a.Model.QualityTier);
        order = order != 0 ? order : a.Price.P50Ms.CompareTo(b.Price.P50Ms);
        order = order != 0 ? order : a.Price.P90Ms.CompareTo(b.Price.P90Ms);
        return order != 0 ? order : a.Device.Ordinal.CompareTo(b.Device.Ordinal);
    }

    /// <summary>What devices without runs of their own may borrow: the fleet's best known figure of a key, looked for once a decision.</summary>
    private sealed class Borrowable(FleetSnapshot fleet)
    {
        private readonly Dictionary<CalibrationKey, Calibration?> _found = [];

        /// <summary>Null when the device knows it itself, or nobody does.</summary>
        public Calibration? For(DeviceSnapshot device, CalibrationKey key)
        {
            if (!device.Calibrations.IsEmpty && device.Calibrations.ContainsKey(key))
            {
                return null;
            }

            if (!_found.TryGetValue(key, out var best))
            {
                foreach (var other in fleet.Devices)
                {
                    if (!other.Calibrations.IsEmpty && other.Calibrations.TryGetValue(key, out var known) && known.Runs > (best?.Runs ?? 0))
                    {
                        best = known;
                    }
                }

                _found[key] = best;
            }

            return best;
        }
    }
}
