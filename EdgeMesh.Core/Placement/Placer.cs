using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Core.Placement;

/// <summary>A device that passed every filter, with its best runtime and model and their price.</summary>
/// <param name="Own">What the task costs there by itself.</param>
/// <param name="Memory">Whether there is memory for it.</param>
/// <param name="WaitMs">Milliseconds until its runtime has a slot, and the device memory, for it.</param>
/// <param name="Rank">Of the policy.</param>
/// <param name="Preference">The model's place among those preferred for the kind; <see cref="ModelPreferences.NotPreferred"/> when it is none.</param>
/// <param name="Borrowed">Another device's figures that its price may rest on, or null.</param>
/// <param name="Quality">Of the model for what is asked.</param>
public sealed record Candidate(DeviceSnapshot Device, RuntimeInfo Runtime, ModelInfo Model, Estimate Own, MemoryFit Memory, double WaitMs, int Rank, int Preference, Calibration? Borrowed, int Quality)
{
    /// <summary>What it costs there, its waiting included: what candidates are compared by.</summary>
    public Estimate Price { get; } = Own.After(WaitMs);

    /// <summary>When its runtime's slots are free for this and more tasks.</summary>
    public LaneSchedule Schedule() => new(Device.LaneOf(Runtime), Memory.Answer == MemoryAnswer.Later ? WaitMs : 0, Caller);

    /// <summary>Who asks.</summary>
    public string Caller { get; init; } = "";

    /// <summary>It goes on with what is there of the answer; its price is that of the rest.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Whether policy, preference and quality make no difference to another one, so that they may share work.</summary>
    public bool IsEqualTo(Candidate other) => Rank == other.Rank && Preference == other.Preference && Quality == other.Quality;
}

/// <summary>What became of one device: a candidate, or why it is none.</summary>
/// <param name="Candidate">Null when it was rejected.</param>
/// <param name="Filter">Which filter rejected it; null for a candidate.</param>
/// <param name="Reason">Why, in words.</param>
public readonly record struct Found(Candidate? Candidate, string? Filter, string Reason);

/// <summary>What became of every device.</summary>
/// <param name="Candidates">Best first.</param>
/// <param name="Devices">Of each device, in the order of the fleet.</param>
/// <param name="AnyTooShort">A model was left out because its context is too short for the text.</param>
public sealed record Surveyed(List<Candidate> Candidates, Found[] Devices, bool AnyTooShort)
{
    /// <summary>The same without some of the candidates.</summary>
    /// <param name="filter">Which filter takes them, and why.</param>
    public Surveyed Without(Func<DeviceSnapshot, bool> which, string filter, string reason) => this with
    {
        Candidates = Candidates.FindAll(c => !which(c.Device)),
        Devices = Array.ConvertAll(Devices, d => d.Candidate is { } candidate && which(candidate.Device) ? new Found(null, filter, reason) : d),
    };
}

/// <summary>Filters devices, prices the survivors, and orders them: policy, preferred models, quality tier, p50, p90. Pure.</summary>
public static class Placer
{
    /// <summary>Prices every device that passes, best first, and says for each other device which filter removed it and why.</summary>
    /// <param name="inParts">The text may be read in parts: a context that is too short for the whole is no hindrance.</param>
    public static Surveyed Survey(PlannedTask task, TaskLoad load, FleetSnapshot fleet, FilterContext context, bool inParts = false)
    {
        var search = new ModelSearch(task, load, fleet, context, inParts);
        var candidates = new List<Candidate>(fleet.Devices.Length);
        var devices = new Found[fleet.Devices.Length];
        for (var i = 0; i < devices.Length; i++)
        {
            devices[i] = Reject(fleet.Devices[i], context) ?? search.Best(fleet.Devices[i]);
            if (devices[i].Candidate is { } candidate)
            {
                candidates.Add(candidate);
            }
        }

        candidates.Sort(Compare);
        return new Surveyed(candidates, devices, search.AnyTooShort);
    }

    private static Found? Reject(DeviceSnapshot device, FilterContext context)
    {
        foreach (var filter in context.Plan.Filters)
        {
            if (filter.Reject(device, context) is { } reason)
            {
                return new(null, filter.Name, reason);
            }
        }

        return null;
    }

    internal static int Compare(Candidate a, Candidate b)
    {
        if (a.Rank != b.Rank)
        {
            return a.Rank < b.Rank ? -1 : 1;
        }

        if (a.Preference != b.Preference)
        {
            return a.Preference < b.Preference ? -1 : 1;
        }

        if (a.Quality != b.Quality)
        {
            return a.Quality > b.Quality ? -1 : 1;
        }

        var order = a.Price.P50Ms.CompareTo(b.Price.P50Ms);
        order = order != 0 ? order : a.Price.P90Ms.CompareTo(b.Price.P90Ms);
        return order != 0 ? order : a.Device.Ordinal.CompareTo(b.Device.Ordinal);
    }
}
