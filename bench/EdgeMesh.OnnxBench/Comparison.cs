using System.Diagnostics;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;

namespace EdgeMesh.OnnxBench;

/// <summary>One engine's medians.</summary>
/// <param name="PrefillTokensPerSecond">Prompt tokens by time to the first token.</param>
/// <param name="DecodeTokensPerSecond">Tokens after the first.</param>
/// <param name="FirstTokenMs">Time to the first token.</param>
internal sealed record Medians(double PrefillTokensPerSecond, double DecodeTokensPerSecond, double FirstTokenMs);

/// <summary>What was measured.</summary>
/// <param name="SameTokens">Both decoded the same; else the comparison is worth nothing.</param>
/// <param name="ManagedBytesPerToken">Allocated by the engine, prefill included.</param>
/// <param name="WeightsMb">The model's files.</param>
/// <param name="CacheMb">Keys and values of the sequence once.</param>
/// <param name="EngineRssMb">Resident memory of the process with the engine alone, after its rounds.</param>
/// <param name="OverheadMb">Resident memory beyond weights and cache.</param>
internal sealed record Report(
    string Model,
    int Threads,
    int Prompt,
    int Tokens,
    bool SharesCache,
    bool SameTokens,
    Medians Engine,
    Medians Bare,
    double PrefillRatio,
    double DecodeRatio,
    double FirstTokenExtraMs,
    double ManagedBytesPerToken,
    double WeightsMb,
    double CacheMb,
    double EngineRssMb,
    double OverheadMb,
    double LoadMs);

/// <summary>Runs both in turn on the same prompt, so that a busy machine slows both alike.</summary>
internal sealed class Comparison(BenchOptions options)
{
    private const double Mega = 1e6;

    public Report Run()
    {
        var prompt = Enumerable.Range(0, options.Prompt).Select(i => 3 + (i * 7919 % 30_000)).ToArray();
        using var model = TextModel.Load(options.Folder, new() { Session = new() { Threads = options.Threads } });
        var (warm, perToken) = Engine(model, prompt);
        using var process = Process.GetCurrentProcess();
        var rss = process.WorkingSet64;

        using var bare = new BareLoop(TextModelFiles.Choose(options.Folder, EdgeMesh.Core.Devices.AcceleratorKind.CPU), options.Threads);
        var same = bare.Generate(prompt, options.Tokens).Tokens.SequenceEqual(warm.Tokens);
        var (ours, theirs) = (new List<(double, double)>(), new List<(double, double)>());
        for (var round = 0; round < options.Rounds; round++)
        {
            var (result, bytes) = Engine(model, prompt);
            perToken = Math.Min(perToken, bytes);
            ours.Add((result.Prefill.TotalMilliseconds, result.Decode.TotalMilliseconds));
            var (prefill, decode, _) = bare.Generate(prompt, options.Tokens);
            theirs.Add((prefill.TotalMilliseconds, decode.TotalMilliseconds));
        }

        var (engine, loop) = (MediansOf(ours), MediansOf(theirs));
        var cache = (double)model.Facts.KvBytesPerToken * (options.Prompt + options.Tokens);
        return new(
            options.Folder,
            options.Threads,
            options.Prompt,
            options.Tokens,
            model.Facts.SharesCache,
            same,
            engine,
            loop,
            Math.Round(engine.PrefillTokensPerSecond / loop.PrefillTokensPerSecond, 3),
            Math.Round(engine.DecodeTokensPerSecond / loop.DecodeTokensPerSecond, 3),
            Math.Round(engine.FirstTokenMs - loop.FirstTokenMs, 2),
            Math.Round(perToken),
            Math.Round(model.Facts.Bytes / Mega, 1),
            Math.Round(cache / Mega, 1),
            Math.Round(rss / Mega, 1),
            Math.Round((rss - model.Facts.Bytes - cache) / Mega, 1),
            Math.Round(model.LoadTime.TotalMilliseconds));
    }

    private (GenerationResult Result, double BytesPerToken) Engine(TextModel model, int[] prompt)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = model.Generate(prompt, new() { MaxTokens = options.Tokens, IgnoreEndTokens = true }, _ => { });
        return (result, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / result.Tokens.Length);
    }

    private Medians MediansOf(List<(double Prefill, double Decode)> rounds)
    {
        var prefill = Median(rounds.Select(r => r.Prefill));
        var decode = Median(rounds.Select(r => r.Decode));
        return new(Math.Round(options.Prompt / prefill * 1000, 1), Math.Round((options.Tokens - 1) / decode * 1000, 2), Math.Round(prefill, 2));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
