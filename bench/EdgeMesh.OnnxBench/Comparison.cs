using System.Diagnostics;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Primitives;

namespace EdgeMesh.OnnxBench;

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
    Speeds Engine,
    Speeds Bare,
    double PrefillRatio,
    double DecodeRatio,
    double PrefillCpuRatio,
    double DecodeCpuRatio,
    double FirstTokenExtraMs,
    double ManagedBytesPerToken,
    double WeightsMb,
    double CacheMb,
    double EngineRssMb,
    double OverheadMb,
    double LoadMs);

/// <summary>
/// Runs both in turn on the same prompt, so that a busy machine slows both alike. In two passes, as the session that is opened second in a
/// process was seen to be 10 to 16 % faster, whichever it is: each side's best round may come from either.
/// </summary>
internal sealed class Comparison(BenchOptions options)
{
    private const double Mega = 1e6;

    private readonly List<Laps> _ours = [];
    private readonly List<Laps> _theirs = [];
    private double _perToken = double.MaxValue;
    private bool _same = true;

    public Report Run()
    {
        var (model, rss) = EngineFirst();
        BareFirst();
        return Report(model, rss);
    }

    private (TextModel Model, long Rss) EngineFirst()
    {
        using var model = LoadEngine();
        Engine(model);
        using var process = Process.GetCurrentProcess();
        var rss = process.WorkingSet64;
        using var bare = LoadBare();
        Rounds(model, bare);
        return (model, rss);
    }

    private void BareFirst()
    {
        using var bare = LoadBare();
        using var model = LoadEngine();
        Rounds(model, bare);
    }

    private void Rounds(TextModel model, BareLoop bare)
    {
        // One round each that does not count.
        _same &= bare.Generate(options.PromptIds, options.Tokens).Tokens.SequenceEqual(Engine(model).Tokens);
        for (var round = 0; round < options.Rounds; round++)
        {
            var (_, laps, bytes) = Engine(model);
            _perToken = Math.Min(_perToken, bytes);
            _ours.Add(laps);
            _theirs.Add(bare.Generate(options.PromptIds, options.Tokens).Laps);
        }
    }

    private TextModel LoadEngine() => TextModel.Load(options.Folder, new() { Session = new() { Threads = options.Threads } });

    private BareLoop LoadBare() => new(TextModelFiles.Choose(options.Folder, AcceleratorKind.CPU), options.Threads);

    private Report Report(TextModel model, long rss)
    {
        var (engine, loop) = (Speeds.Best(_ours, options), Speeds.Best(_theirs, options));
        var cache = (double)model.Facts.KvBytesPerToken * (options.Prompt + options.Tokens);
        return new(
            options.Folder,
            options.Threads,
            options.Prompt,
            options.Tokens,
            model.Facts.SharesCache,
            _same,
            engine,
            loop,
            Speeds.Ratio(engine.PrefillTokensPerSecond, loop.PrefillTokensPerSecond),
            Speeds.Ratio(engine.DecodeTokensPerSecond, loop.DecodeTokensPerSecond),
            Speeds.Ratio(loop.PrefillCpuMs, engine.PrefillCpuMs),
            Speeds.Ratio(loop.DecodeCpuMsPerToken, engine.DecodeCpuMsPerToken),
            Math.Round(engine.FirstTokenMs - loop.FirstTokenMs, 2),
            Math.Round(_perToken),
            Math.Round(model.Facts.Bytes / Mega, 1),
            Math.Round(cache / Mega, 1),
            Math.Round(rss / Mega, 1),
            Math.Round((rss - model.Facts.Bytes - cache) / Mega, 1),
            Math.Round(model.LoadTime.TotalMilliseconds));
    }

    private (int[] Tokens, Laps Laps, double BytesPerToken) Engine(TextModel model)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = new LapWatch();
        var result = model.Generate(options.PromptIds, new() { MaxTokens = options.Tokens, IgnoreEndTokens = true }, _ => watch.Token());
        var laps = watch.End();
        return ([.. result.Tokens], laps, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / result.Tokens.Length);
    }
}
