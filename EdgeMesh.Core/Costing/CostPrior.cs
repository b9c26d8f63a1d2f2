using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// What is assumed of a device before any run, said in words in <see cref="Estimate.Basis"/>. A speed that the device measured of itself
/// (<see cref="ModelInfo.CharsPerSecond"/>) is used where there is one; the estimate stays a prior, as no task of a person has run yet.
/// Assumed otherwise: an extractive summary reads 2 million characters a second; a language model reads 20 times as fast as it writes, and
/// writes at 40 GB/s of memory bandwidth (half on fewer than four cores) over its bytes, 3 GB when unknown; an image takes 25 steps of 2.4 ms for
/// each MB of weights, 1 GB when unknown; a run of an ONNX model 1 ms and half a millisecond for each MB of weights, after a second for
/// its worker process; the way through the
/// orchestrator costs 10 ms (a first job's, at p90 three times that) and a round trip, 0.3 ms inside this process and 3 ms elsewhere until measured.
/// </summary>
public static class CostPrior
{
    /// <summary>Spread of ln(ms) before any run: p90 is about twice p50.</summary>
    public const double Sigma = 0.54;

    /// <summary>Tokens read in the time one is written.</summary>
    public const double WrittenPerRead = 20;

    /// <summary>p90 of a first job's overhead over its p50: it meets cold code and cold disks.</summary>
    internal const double OverheadSpread = 3.2;

    /// <summary>Starting a worker process for an ONNX run.</summary>
    internal const double WorkerStartMs = 1_000;

    private const double AssumedCharsPerSecond = 2_000_000;
    private const double AssumedBytesPerSecond = 40e9;
    private const double AssumedModelBytes = 3e9;
    private const double MostTokensPerSecond = 2_000;
    private const double UsualSteps = 25;
    private const double AssumedStepMs = 2_400;
    private const double AssumedMsPerByteAndStep = 2.4e-6;
    private const double AssumedMsPerByteAndRun = 0.5e-6;

    /// <summary>Milliseconds of running, and the assumption in words.</summary>
    /// <param name="work">Units of <see cref="CostModel.Work"/>.</param>
    internal static (double Ms, string Basis) RunMs(PlannedTask task, bool extractive, double work, DeviceSnapshot device, ModelInfo model)
    {
        switch (task.Kind)
        {
            case TaskKind.Echo:
                return (0.3, "0.3 ms assumed");
            case TaskKind.Sysinfo:
                return (20, "20 ms assumed");
            case TaskKind.LlmGenerate when extractive:
                var speed = model.CharsPerSecond is > 0 and var measured ? measured : AssumedCharsPerSecond;
                return (work / speed * 1_000, BasisWords.CharactersPerSecond(speed, model.CharsPerSecond is > 0));
            case TaskKind.LlmGenerate:
                var tokens = TokensPerSecond(device, model);
                return (work / WrittenPerRead / tokens * 1_000, BasisWords.Tenths(tokens, " tok/s assumed"));
            case TaskKind.ImageGenerate:
                var stepMs = model.SizeBytes is > 0 and var bytes ? bytes * AssumedMsPerByteAndStep : AssumedStepMs;
                return (stepMs * work, BasisWords.Tenths(stepMs, " ms a step assumed"));
            default:
                var runMs = 1 + ((model.SizeBytes ?? (long)AssumedModelBytes) * AssumedMsPerByteAndRun);
                return (runMs * work, BasisWords.Tenths(runMs, " ms a run assumed"));
        }
    }

    internal static double OverheadMs(DeviceSnapshot device) => 10 + (device.RoundTripMs ?? (device.Link == LinkKind.Embedded ? 0.3 : 3));

    /// <summary>Tokens written when nothing is known.</summary>
    internal static double Output(PlannedTask task) => task.Skill switch
    {
        Skill.Image => UsualSteps,
        { } skill => AnswerLength.Usual(skill),
        null => 1,
    };

    // A cap is an upper bound and answers are usually shorter; below the usual length it is what counts.
    internal static double? OutputCap(JobOptions options) => options switch
    {
        ChatOptions { MaxTokens: { } cap } when cap < AnswerLength.Usual(Skill.Chat) => cap,
        CodeOptions { MaxTokens: { } cap } when cap < AnswerLength.Usual(Skill.Code) => cap,
        SummarizeOptions { Sentences: { } sentences and < SummaryLength.UsualSentences } => sentences * SummaryLength.TokensPerSentence,
        ImageOptions { Steps: { } steps } => steps,
        OnnxOptions o => o.TotalRuns(),
        _ => null,
    };

    private static double TokensPerSecond(DeviceSnapshot device, ModelInfo model)
    {
        var slow = device.Profile is { LogicalCores: > 0 and < 4 } ? 0.5 : 1;
        return Math.Clamp(slow * AssumedBytesPerSecond / (model.SizeBytes is > 0 and var bytes ? bytes : AssumedModelBytes), 0.5, MostTokensPerSecond);
    }
}
