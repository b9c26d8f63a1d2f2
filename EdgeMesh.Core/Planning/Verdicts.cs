using System.Globalization;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Core.Planning;

/// <summary>Puts a decision into words: for every device why it was filtered, or what it scored. Pure.</summary>
public static class Verdicts
{
    /// <summary>One verdict for every device of the fleet, in join order.</summary>
    public static ImmutableArray<DeviceVerdict> Explain(
        FleetSnapshot fleet, Surveyed found, ImmutableArray<TaskPlacement> placements, FilterContext context)
    {
        var (best, second) = (found.Candidates.FirstOrDefault(), found.Candidates.ElementAtOrDefault(1));
        var chosen = placements.Select(p => p.Device).ToHashSet();
        var verdicts = ImmutableArray.CreateBuilder<DeviceVerdict>(fleet.Devices.Length);
        for (var i = 0; i < found.Devices.Length; i++)
        {
            var device = fleet.Devices[i];
            if (found.Devices[i] is not { Candidate: { } candidate })
            {
                verdicts.Add(new DeviceVerdict(device.Id, device.Name, false, false, found.Devices[i].Filter, found.Devices[i].Reason, null, null, null, null, MemoryFit.FreeOf(device)));
                continue;
            }

            var isChosen = chosen.Contains(device.Id);
            var words = isChosen
                ? chosen.Count > 1 ? "Runs part of it." : Chosen(candidate, ReferenceEquals(candidate, best) ? second : best, context)
                : Later(candidate, best!, ReferenceEquals(candidate, second), context);
            verdicts.Add(new DeviceVerdict(
                device.Id, device.Name, true, isChosen, null, words, candidate.Price, candidate.Runtime.Id, candidate.Model.Id, candidate.Runtime.Accelerator, candidate.Memory.FreeMb, candidate.Memory.NeedMb));
        }

        return verdicts.ToImmutable();
    }

    /// <summary>Why the chosen device was chosen.</summary>
    public static string Chosen(Candidate candidate, Candidate? runnerUp, FilterContext context)
    {
        var why = candidate.Memory.Words(candidate.Device, candidate.Model.Id) is { } waits ? $"{Why(candidate, runnerUp, context)} {waits}" : Why(candidate, runnerUp, context);
        return TryOutModel.Is(candidate.Model, context.Skill) ? $"{why} {PlanWords.BuiltInToy(context.Skill)}" : why;
    }

    /// <summary>Why a device has a part, when several devices share the work.</summary>
    public static string Shared(int devices, bool everywhere) => everywhere ? "Every device is asked." : $"The work is shared by {devices} devices.";

    /// <summary>Milliseconds for people, no finer than a prediction is: <c>4.2 ms</c>, <c>310 ms</c>, <c>23 s</c>, <c>1.5 min</c>.</summary>
    // Whole numbers and a tenth: formatting floating point would be half the time of a decision.
    internal static string Time(double ms) => ms switch
    {
        < 9.95 => Tenths(ms, " ms"),
        < 99.5 => Whole(ms, " ms"),
        < 995 => Whole(Math.Round(ms / 10) * 10, " ms"),
        < 9_950 => Tenths(ms / 1_000, " s"),
        < 59_500 => Whole(ms / 1_000, " s"),
        < 597_000 => Tenths(ms / 60_000, " min"),
        _ => Whole(ms / 60_000, " min"),
    };

    private static string Why(Candidate candidate, Candidate? runnerUp, FilterContext context)
    {
        if (context.Request.Policy == JobPolicy.ForceDevice)
        {
            return "You asked for this device.";
        }

        if (runnerUp is null)
        {
            var only = context.Excluded.IsEmpty ? "The only device that can run it now." : "The only other device that can run it now.";
            return candidate.Preference == ModelPreferences.NotPreferred ? only : $"{only} {Preferred(context)}";
        }

        var policy = Policies.For(context.Request.Policy);
        if (candidate.Rank < runnerUp.Rank)
        {
            return policy.Because;
        }

        return candidate.Preference < runnerUp.Preference ? Preferred(context)
            : candidate.Quality > runnerUp.Quality ? $"Best model available: {candidate.Model.Id}."
            : $"Soonest: about {Time(candidate.Price.P50Ms)}. Next is {runnerUp.Device.Name} at {Time(runnerUp.Price.P50Ms)}.";
    }

    private static string Preferred(FilterContext context) => context.Skill switch
    {
        Skill.Summarize => "Your preferred model for summaries.",
        Skill.Image => "Your preferred model for images.",
        Skill.Code => "Your preferred model for code.",
        _ => "Your preferred model for chats.",
    };

    private static string Later(Candidate candidate, Candidate best, bool isRunnerUp, FilterContext context)
    {
        var prefix = isRunnerUp ? "Runner-up. " : "";
        if (candidate.Rank > best.Rank)
        {
            return prefix + (context.Request.Policy == JobPolicy.PreferLocal ? "Not this computer." : "It is this computer.");
        }

        if (candidate.Preference > best.Preference)
        {
            return $"{prefix}You prefer {best.Model.Id}.";
        }

        if (candidate.Quality < best.Quality)
        {
            return TryOutModel.Is(candidate.Model, context.Skill) ? prefix + PlanWords.BuiltInToy(context.Skill) : $"{prefix}{Lesser(candidate.Model, best.Model, context)}";
        }

        var later = candidate.Price.P50Ms - best.Price.P50Ms;
        return later < 0.5 ? $"{prefix}About as fast." : string.Concat(prefix, Time(later), " later.");
    }

    // The tier follows the size, unless the name or the catalogue says more.
    private static string Lesser(ModelInfo model, ModelInfo best, FilterContext context) =>
        context.Skill != Skill.Code && ModelQuality.IsMadeForCode(model) && !ModelQuality.IsMadeForCode(best) ? $"Made for code; {best.Id} is better for this."
        : model.SizeBytes > best.SizeBytes && best.SizeBytes > 0 ? $"A less capable model than {best.Id}." : $"Smaller model than {best.Id}.";

    private static string Whole(double value, string unit) => string.Concat(((long)(value + 0.5)).ToString(CultureInfo.InvariantCulture), unit);

    private static string Tenths(double value, string unit)
    {
        var tenths = (long)((value * 10) + 0.5);
        return string.Concat((tenths / 10).ToString(CultureInfo.InvariantCulture), ".", (tenths % 10).ToString(CultureInfo.InvariantCulture), unit);
    }
}
