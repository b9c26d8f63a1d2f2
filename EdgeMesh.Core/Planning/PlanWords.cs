using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;

namespace EdgeMesh.Core.Planning;

/// <summary>Sentences about a plan as a whole. Pure.</summary>
public static class PlanWords
{
    private static readonly string[] Numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    /// <summary>One device reads the whole text sooner than several read parts of it.</summary>
    public static string OneIsFaster(int devices, double partsMs) => devices > 1
        ? $"One device is faster: splitting over {Number(devices)} would take {Verdicts.Time(partsMs)}."
        : $"Reading it at once is faster: in parts it would take {Verdicts.Time(partsMs)}.";

    /// <summary>The other way round.</summary>
    public static string PartsAreFaster(int devices, double aloneMs) => devices > 1
        ? $"Splitting over {Number(devices)} devices is faster: one alone would take {Verdicts.Time(aloneMs)}."
        : $"Reading it in parts is faster: at once it would take {Verdicts.Time(aloneMs)}.";

    /// <summary>No model of the best reads the whole text at once.</summary>
    public static string LongerThanContext(Plan plan) =>
        $"The text is longer than {plan.Placements[0].ModelId} reads at once: it is summarised in {Number(plan.Tasks.Count(t => t.Stage == 0))} parts, which are then combined.";

    /// <summary>What a built-in model is for.</summary>
    public static string BuiltInToy(Skill? skill) =>
        skill == Skill.Chat ? "Built-in, for trying out and measuring: recites definitions." : "Built-in, for trying out and measuring.";

    /// <summary>A text that broke off elsewhere is gone on with.</summary>
    /// <param name="chosen">Why this device.</param>
    public static string GoesOn(string chosen, TextSoFar soFar) => $"{chosen} It goes on with the {soFar.Text.Length:N0} characters that {soFar.DeviceName} wrote.";

    /// <summary>What could do it is not up yet.</summary>
    public const string WaitsForStart = "A device is starting. The job waits for it.";

    /// <summary>What could do it, or may be able to, is not linked and expected back.</summary>
    public static string WaitsForReturn(IReadOnlyList<DeviceSnapshot> away)
    {
        var names = away.Count == 1 ? away[0].Name : $"{away[0].Name} and {Number(away.Count - 1)} more";
        return $"{names} {(away.Count == 1 ? "is" : "are")} not linked and expected back in a moment. The job waits for {(away.Count == 1 ? "it" : "them")}.";
    }

    private static string Number(int number) => number < Numbers.Length ? Numbers[number] : $"{number:N0}";
}
