using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// Predicts what a task costs on a device, and learns from receipts: a prior, then a posterior per device × runtime × model. Pure.
/// The posterior is the mean and variance of ln(ms per unit of work), forgetting with a half-life of about 20 runs and limiting each
/// residual to 2.5 standard deviations (Huber), so one outlier moves it little.
/// </summary>
public static class CostModel
{
    // Normal quantile of 0.9.
    private const double Z90 = 1.2816;
    // Weight of a new run once there are many: 1 - 2^(-1/20).
    private const double Forgetting = 0.034;
    // ln-spread assumed before any run: p90 is about twice p50.
    private const double PriorSigma = 0.54;
    private const double BorrowedSigma = 0.4;
    private const double LeastSigma = 0.04;
    private const double BytesPerToken = 3.6;

    /// <summary>The posterior after one more finished attempt.</summary>
    /// <param name="current">Null before the first.</param>
    /// <param name="task">What ran.</param>
    /// <param name="receipt">What it measured.</param>
    /// <param name="overheadMs">Actual milliseconds as the orchestrator saw them, less the device's queue and run time.</param>
    public static Calibration Learn(Calibration? current, PlannedTask task, Receipt receipt, double overheadMs)
    {
        var work = Math.Max(1, Work(task, receipt.InputUnits ?? 1, receipt.OutputUnits ?? 0));
        var cost = Math.Log(Math.Max(receipt.RunMs, 0.001) / work);
        var output = Math.Log(Math.Max(1, receipt.OutputUnits ?? 1));
        overheadMs = Math.Clamp(overheadMs, 0, 60_000);
        if (current is null)
        {
            return new Calibration(1, cost, PriorSigma * PriorSigma / 4, overheadMs, output, PriorSigma * PriorSigma);
        }

        var weight = Math.Max(1.0 / (current.Runs + 1), Forgetting);
        var (mean, variance) = Update(current.LogCostMean, current.LogCostVariance, cost, weight);
        var (outMean, outVariance) = Update(current.LogOutputMean, current.LogOutputVariance, output, weight);
        var overhead = current.OverheadMs + (weight * (Math.Min(overheadMs, (current.OverheadMs * 4) + 5) - current.OverheadMs));
        return new Calibration(current.Runs + 1, mean, variance, overhead, outMean, outVariance);
    }

    /// <summary>What a task costs on a device with a model, queueing included.</summary>
    /// <param name="inputChars">Characters the task reads.</param>
    /// <param name="borrowed">Another device's posterior for the same runtime kind and model, or null.</param>
    public static Estimate Price(PlannedTask task, int inputChars, DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model, Calibration? borrowed)
    {
        var known = device.Calibrations.GetValueOrDefault(new CalibrationKey(runtime.Id, model.Id, task.Kind));
        var (learned, origin) = known is not null ? (known, EstimateOrigin.Measured) : (borrowed, borrowed is null ? EstimateOrigin.Prior : EstimateOrigin.Borrowed);
        var isText = task.Skill == Skill.Summarize && model.ContextTokens == 0;
        var input = isText || task.Kind is TaskKind.Echo or TaskKind.Sysinfo ? Math.Max(1, inputChars) : Math.Max(1, inputChars / BytesPerToken);
        var output = OutputCap(task.Options) ?? (learned is null ? PriorOutput(task) : Math.Exp(learned.LogOutputMean));

        double run, sigma, overhead;
        if (learned is not null)
        {
            run = Math.Exp(learned.LogCostMean) * Math.Max(1, Work(task, input, output));
            sigma = Math.Max(LeastSigma, Math.Sqrt(learned.LogCostVariance + 0.01 / learned.Runs));
            sigma = origin == EstimateOrigin.Borrowed ? Math.Max(BorrowedSigma, sigma) : sigma;
            overhead = learned.OverheadMs;
        }
        else
        {
            run = PriorRunMs(task, isText, input, output, device, model);
            sigma = PriorSigma;
            overhead = PriorOverheadMs(device);
        }

        var p50 = device.QueuedWorkMs + overhead + run;
        var p90 = device.QueuedWorkMs + overhead + (run * Math.Exp(Z90 * sigma));
        return new Estimate(Math.Max(p50, 0.1), Math.Max(p90, p50), RamMb(model, isText, inputChars), origin, origin == EstimateOrigin.Prior ? 0 : learned!.Runs);
    }

    /// <summary>Units of work: characters for the summariser and echo, one for system information, tokens weighted by how much slower writing is than reading for a language model.</summary>
    public static double Work(PlannedTask task, double input, double output) => task.Kind switch
    {
        TaskKind.Sysinfo => 1,
        TaskKind.Echo => 1 + (input / 65_536),
        TaskKind.LlmGenerate => input + (20 * output),
        _ => Math.Max(1, output),
    };

    private static (double Mean, double Variance) Update(double mean, double variance, double value, double weight)
    {
        var limit = 2.5 * Math.Sqrt(Math.Max(variance, LeastSigma * LeastSigma));
        var residual = Math.Clamp(value - mean, -limit, limit);
        return (mean + (weight * residual), ((1 - weight) * variance) + (weight * residual * residual));
    }

    // Stated assumptions until a run replaces them: 2 million characters a second for the built-in summariser with a quadratic part
    // beyond 200,000; a language model reads at 20 times its writing speed, and writes at 40 GB/s of memory bandwidth over its bytes.
    private static double PriorRunMs(PlannedTask task, bool isText, double input, double output, DeviceSnapshot device, ModelInfo model) => task.Kind switch
    {
        TaskKind.Echo => 0.3,
        TaskKind.Sysinfo => 20,
        TaskKind.LlmGenerate when isText => 15 + (input / 2_000) + (Math.Pow(input / 200_000, 2) * 200),
        TaskKind.LlmGenerate => (input + (20 * output)) / 20 * 1_000 / TokensPerSecond(device, model),
        _ => 60_000,
    };

    private static double TokensPerSecond(DeviceSnapshot device, ModelInfo model)
    {
        const double AssumedBytesPerSecond = 40e9;
        const double AssumedModelBytes = 3e9;
        var slow = device.Profile is { LogicalCores: > 0 and < 4 } ? 0.5 : 1;
        return Math.Clamp(slow * AssumedBytesPerSecond / (model.SizeBytes ?? AssumedModelBytes), 0.5, 300);
    }

    private static double PriorOverheadMs(DeviceSnapshot device) => 1 + (device.RoundTripMs ?? (device.Link == LinkKind.Embedded ? 0.3 : 3));

    private static double PriorOutput(PlannedTask task) => task.Skill switch
    {
        Skill.Summarize => 200,
        Skill.Code => 500,
        Skill.Chat => 300,
        _ => 1,
    };

    // A cap is an upper bound and answers are usually shorter; below the usual length it is what counts.
    private static double? OutputCap(JobOptions options) => options switch
    {
        ChatOptions { MaxTokens: { } cap and < 300 } => cap,
        CodeOptions { MaxTokens: { } cap and < 500 } => cap,
        _ => null,
    };

    private static double? RamMb(ModelInfo model, bool isText, int inputChars) =>
        isText ? 4 + (inputChars * 40.0 / (1024 * 1024)) : model.SizeBytes is { } bytes ? bytes * 1.1 / (1024 * 1024) : null;
}
