using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// Predicts what a task costs on a device, and learns from receipts: a prior (<see cref="CostPrior"/>), then a posterior per device ×
/// runtime × model. Pure. The posterior is the mean and variance of ln(ms per unit of work): the median of the first five runs, so that a
/// cold first one does not mislead, then forgetting with a half-life of about 20 runs and limiting each residual to 2.5 standard
/// deviations (Huber), so one outlier moves it little.
/// </summary>
public static class CostModel
{
    /// <summary>Runs whose median counts before the running mean takes over.</summary>
    public const int FirstRuns = 5;

    /// <summary>The normal quantile of 0.9: nine of ten runs stay under exp(<c>Z90</c> · σ) of the median.</summary>
    public const double Z90 = 1.2816;

    // Weight of a new run once there are many: 1 - 2^(-1/20).
    private const double Forgetting = 0.034;
    private static readonly double OverheadSpread = Math.Exp(Z90 * CostPrior.Sigma);
    private const double BorrowedSigma = 0.4;
    private const double LeastSigma = 0.04;
    private const double MostOverheadMs = 60_000;

    /// <summary>The posterior after one more finished attempt.</summary>
    /// <param name="current">Null before the first.</param>
    /// <param name="task">What ran.</param>
    /// <param name="model">The model that ran; null when the device does not list it any more.</param>
    /// <param name="receipt">What it measured.</param>
    /// <param name="overheadMs">Actual milliseconds as the orchestrator saw them, less the device's queue and run time.</param>
    /// <param name="written">Tokens of the answer that another attempt wrote before: they count for the length of answers, not for the work.</param>
    public static Calibration Learn(Calibration? current, PlannedTask task, ModelInfo? model, Receipt receipt, double overheadMs, int written = 0)
    {
        var work = Math.Max(1, Work(task, IsExtractive(task, model), receipt.InputUnits ?? 1, receipt.OutputUnits ?? 0));
        var cost = Math.Log(Math.Max(receipt.RunMs, 0.001) / work);
        if (receipt.Measurement is { P50Ms: > 0 } measured)
        {
            // Loading and the worker's start are paid once, not for each run.
            cost = Math.Log(measured.P50Ms);
            overheadMs += Math.Max(0, receipt.RunMs - (measured.P50Ms * work));
        }

        var output = Math.Log(Math.Max(1, (receipt.OutputUnits ?? 1) + written));
        overheadMs = Math.Clamp(overheadMs, 0, MostOverheadMs);
        var runs = (current?.Runs ?? 0) + 1;
        var weight = Math.Max(1.0 / runs, Forgetting);
        var (outMean, outVariance) = current is null
            ? (output, CostPrior.Sigma * CostPrior.Sigma)
            : Update(current.LogOutputMean, current.LogOutputVariance, output, weight);
        if (runs <= FirstRuns)
        {
            var costs = (current?.FirstLogCosts ?? []).Add(cost);
            var overheads = (current?.FirstOverheadsMs ?? []).Add(overheadMs);
            var mean = Median(costs);
            return new Calibration(runs, mean, FirstVariance(costs, mean), Median(overheads), outMean, outVariance, costs, overheads);
        }

        var (logMean, logVariance) = Update(current!.LogCostMean, current.LogCostVariance, cost, weight);
        var overhead = current.OverheadMs + (weight * (Math.Min(overheadMs, (current.OverheadMs * 4) + 5) - current.OverheadMs));
        return new Calibration(runs, logMean, logVariance, overhead, outMean, outVariance);
    }

    /// <summary>What a task costs by itself on a device with a model, without waiting for others.</summary>
    /// <param name="inputChars">Characters the task reads.</param>
    /// <param name="borrowed">Another device's posterior for the same runtime kind and model, or null.</param>
    public static Estimate Price(PlannedTask task, int inputChars, DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model, Calibration? borrowed)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(model);
        return Price(task, inputChars, device, runtime, model, device.Learned(CalibrationKey.Of(task, runtime.Id, model.Id)), borrowed, null, 0);
    }

    /// <inheritdoc cref="Price(PlannedTask, int, DeviceSnapshot, RuntimeInfo, ModelInfo, Calibration?)"/>
    /// <param name="known">What the device has learned of such a task, or null.</param>
    /// <param name="published">What others measured of this model on such a device, or null; weaker than a run here, stronger than a borrowed one.</param>
    /// <param name="written">Tokens of the answer that are there already and are read like the input: only the rest is written.</param>
    internal static Estimate Price(
        PlannedTask task, int inputChars, DeviceSnapshot device, RuntimeInfo runtime, ModelInfo model, Calibration? known, Calibration? borrowed, PublishedLatency? published, int written)
    {
        var (learned, origin) = known is not null ? (known, EstimateOrigin.Measured)
            : published is not null && task.Kind == TaskKind.OnnxRun ? (null, EstimateOrigin.Published)
            : (borrowed, borrowed is null ? EstimateOrigin.Prior : EstimateOrigin.Borrowed);
        var extractive = IsExtractive(task, model);
        var input = Math.Max(1, extractive || task.Kind is TaskKind.Echo or TaskKind.Sysinfo ? inputChars : inputChars / TokenEstimate.BytesPerToken);
        var output = CostPrior.OutputCap(task.Options) ?? (learned is null ? CostPrior.Output(task) : Math.Exp(learned.LogOutputMean));
        output = written == 0 ? output : AnswerRest.Of(output, learned is null ? CostPrior.Sigma : Math.Sqrt(learned.LogOutputVariance), written);
        var work = Math.Max(1, Work(task, extractive, input, output));

        double run, sigma, overhead;
        string basis;
        if (learned is not null)
        {
            run = Math.Exp(learned.LogCostMean) * work;
            sigma = Math.Max(LeastSigma, Math.Sqrt(learned.LogCostVariance + (0.01 / learned.Runs)));
            sigma = origin == EstimateOrigin.Borrowed ? Math.Max(BorrowedSigma, sigma) : sigma;
            overhead = learned.OverheadMs;
            basis = BasisWords.Runs(learned.Runs, origin);
        }
        else if (origin == EstimateOrigin.Published)
        {
            (run, basis) = (published!.RunMs * work, published.Basis);
            sigma = BorrowedSigma;
            overhead = CostPrior.OverheadMs(device) + CostPrior.WorkerStartMs + (published.LoadMs ?? 0);
        }
        else
        {
            (run, basis) = CostPrior.RunMs(task, extractive, work, device, model);
            sigma = CostPrior.Sigma;
            overhead = CostPrior.OverheadMs(device) + (task.Kind == TaskKind.OnnxRun ? CostPrior.WorkerStartMs : 0);
        }

        if (ContextReload.Of(task, model, input) is { } reload)
        {
            overhead += reload.Ms;
            basis += BasisWords.LoadedAgain(reload.Tokens);
        }

        // What an overhead will be is never known better than a prior's spread: disks, links and other programs have their say.
        var p50 = overhead + run;
        var p90 = (overhead * (learned is null ? CostPrior.OverheadSpread : OverheadSpread)) + (run * Math.Exp(Z90 * sigma));
        return new Estimate(Math.Max(p50, 0.1), Math.Max(p90, Math.Max(p50, 0.1)), MemoryNeed.Of(task, model, inputChars)?.TotalMb, origin, learned?.Runs ?? 0, basis);
    }

    /// <summary>Whether a task is an extractive summary, whose work goes by the characters it reads.</summary>
    public static bool IsExtractive(PlannedTask task, ModelInfo? model) => task.Skill == Skill.Summarize && model is { ContextTokens: 0 };

    /// <summary>
    /// Units of work. Extractive summaries: characters, each costing up to three times as much as a text grows to 200,000, as sentences
    /// are compared with each other (a bound on them keeps it from growing further; measured). Language models: tokens, of which one
    /// written counts as 20 read. Echo: one, and one per 64 KiB. System information: one. Else what is written: steps of an image, runs of a model.
    /// </summary>
    public static double Work(PlannedTask task, bool extractive, double input, double output) => task.Kind switch
    {
        TaskKind.Sysinfo => 1,
        TaskKind.Echo => 1 + (input / 65_536),
        TaskKind.LlmGenerate when extractive => input * (1 + (Math.Min(input, 200_000) / 100_000)),
        TaskKind.LlmGenerate => input + (CostPrior.WrittenPerRead * output),
        _ => Math.Max(1, output),
    };

    private static (double Mean, double Variance) Update(double mean, double variance, double value, double weight)
    {
        var limit = 2.5 * Math.Sqrt(Math.Max(variance, LeastSigma * LeastSigma));
        var residual = Math.Clamp(value - mean, -limit, limit);
        return (mean + (weight * residual), ((1 - weight) * variance) + (weight * residual * residual));
    }

    // The lower one of the middle two: a run is slowed by chance (a cold start), never sped up.
    private static double Median(ImmutableList<double> values) => values.Sort()[(values.Count - 1) / 2];

    // Half the prior's spread counts as one run; an outlier counts as 2.5 of those.
    private static double FirstVariance(ImmutableList<double> costs, double mean)
    {
        const double Start = CostPrior.Sigma / 2;
        var sum = Start * Start;
        foreach (var cost in costs)
        {
            var residual = Math.Clamp(cost - mean, -2.5 * Start, 2.5 * Start);
            sum += residual * residual;
        }

        return sum / costs.Count;
    }
}
