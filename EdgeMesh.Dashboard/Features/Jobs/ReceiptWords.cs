using System.Globalization;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>A receipt's figures in the units of what was done: a picture has no tokens and a question of the hardware no steps. Pure.</summary>
public static class ReceiptWords
{
    // Its work goes by characters; every other text model's by tokens.
    private const string Summariser = "builtin";

    /// <summary>What went in and what came out, each with its name; nothing that the kind of task does not have.</summary>
    public static IEnumerable<(string Name, string Amount)> Amounts(PlannedTask task, AttemptView attempt, Receipt receipt) => task.Kind switch
    {
        TaskKind.Sysinfo => [("Wrote", Of(receipt.OutputUnits, "character"))],
        TaskKind.Echo => [("Read", Of(receipt.InputUnits, "character")), ("Wrote", Of(receipt.OutputUnits, "character"))],
        TaskKind.ImageGenerate => [("Prompt", Of(receipt.InputUnits, "character")), ("Drew", Drawn(attempt, receipt.OutputUnits))],
        TaskKind.OnnxRun => [("Inputs", Number(receipt.InputUnits)), ("Runs", Number(receipt.OutputUnits))],
        _ when receipt.RuntimeId == Summariser => [("Read", Of(receipt.InputUnits, "character")), ("Wrote", Of(receipt.OutputUnits, "character"))],
        _ =>
        [
            ("Read", Tokens(receipt.PromptTokens, receipt.InputUnits)), ("Wrote", Tokens(receipt.OutputTokens, receipt.OutputUnits) + Rate(receipt)),
            .. receipt.ReasoningTokens is { } thought ? new[] { ("Of it reasoning", Of(thought, "token")) } : [],
        ],
    };

    /// <summary>The most memory that the work took.</summary>
    public static string Ram(Receipt receipt) => receipt.PeakRamMb switch
    {
        null => "unknown",
        0 => "under 1 MB for this task",
        { } mb => $"{Format.Gb(mb)} for this task",
    };

    private static string Drawn(AttemptView attempt, long? steps)
    {
        var images = Of(Math.Max(1, attempt.Output.Artifacts.Count(a => a.ContentType.StartsWith("image/", StringComparison.Ordinal))), "image");

        // A service that does not tell its steps reports one unit of work.
        return steps is > 1 and var count ? $"{images} in {Of(count, "step")}" : images;
    }

    private static string Tokens(long? counted, long? estimated) => counted is not null ? Of(counted, "token") : estimated is not null ? $"about {Of(estimated, "token")}" : "unknown";

    private static string Rate(Receipt r) => r.OutputTokens is > 1 and var tokens && r.RunMs - (r.FirstOutputMs ?? 0) is > 20 and var ms
        ? string.Create(CultureInfo.InvariantCulture, $", {tokens / ms * 1000:0.0} tok/s") : "";

    private static string Number(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? "unknown";

    private static string Of(long? count, string unit) => count is { } n ? string.Create(CultureInfo.InvariantCulture, $"{n:N0} {unit}{(n == 1 ? "" : "s")}") : "unknown";
}
