using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Primitives;

namespace EdgeMesh.OnnxBench;

/// <summary>What was measured.</summary>
/// <param name="SameTokens">Both decoded the same; else the comparison is worth nothing.</param>
/// <param name="FirstTokensAsLlama">So many of the first tokens are llama.cpp's too; null without it. Its cache is float16 and its sums run in another order, so a near tie ends it.</param>
/// <param name="BareFirstSession">The bare loop in the first session of its process only; the worker's session is the first large one of its process too.</param>
/// <param name="AgentBytesPerToken">Managed bytes allocated in the agent and in its caller, prefill included.</param>
/// <param name="WorkerBytesPerToken">Managed bytes allocated in the worker, prefill included.</param>
/// <param name="WeightsMb">The model's files.</param>
/// <param name="CacheMb">Keys and values of the sequence once.</param>
/// <param name="WorkerOverheadMb">Resident memory of the worker beyond weights and cache; the canary's model is in it.</param>
internal sealed record WholePathReport(
    string Model,
    int Threads,
    int Prompt,
    int Tokens,
    bool SameTokens,
    int? FirstTokensAsLlama,
    Speeds WholePath,
    Speeds Bare,
    Speeds BareFirstSession,
    Speeds? Llama,
    double PrefillRatio,
    double DecodeRatio,
    double PrefillCpuRatio,
    double DecodeCpuRatio,
    double? DecodeToLlama,
    double? PrefillToLlama,
    double FirstTokenExtraMs,
    double AgentBytesPerToken,
    double WorkerBytesPerToken,
    double WeightsMb,
    double CacheMb,
    double WorkerOverheadMb);

/// <summary>
/// Agent, worker and link against a bare ONNX Runtime loop, and llama.cpp when there is one, in turn on the same prompt. The bare loop's session is opened twice,
/// as in <see cref="Comparison"/>: the second one of a process was seen to be faster.
/// </summary>
internal sealed class WholePathComparison(BenchOptions options)
{
    private const double Mega = 1e6;
    private readonly List<Laps> _ours = [];
    private readonly List<Laps> _theirs = [];
    private readonly List<Laps> _llamas = [];
    private double _perToken = double.MaxValue;
    private bool _same = true;
    private int? _asLlama;

    public async Task<WholePathReport> RunAsync()
    {
        await using var path = await WholePath.StartAsync(options.Folder);
        using var llama = options.Gguf is null ? null : await LlamaCpp.StartAsync(options);
        using var first = LoadBare();
        await RoundsAsync(path, first, llama);
        using var second = LoadBare();
        await RoundsAsync(path, second, llama);
        var workerPerToken = (double)await path.WorkerAllocatesAsync(options.PromptIds, options.Tokens) / options.Tokens;
        var (model, worker) = await path.WeighAsync();
        return Report(workerPerToken, model.SizeBytes, (double)model.CacheBytesPerToken * (options.Prompt + options.Tokens), worker);
    }

    private async Task RoundsAsync(WholePath path, BareLoop bare, LlamaCpp? llama)
    {
        // One round each that does not count.
        var (tokens, _) = await path.GenerateAsync(options.PromptIds, options.Tokens);
        _same &= tokens.SequenceEqual(bare.Generate(options.PromptIds, options.Tokens).Tokens);
        if (llama is not null)
        {
            var (theirs, _) = await llama.GenerateAsync(options.PromptIds, options.Tokens);
            _asLlama = tokens.Zip(theirs).TakeWhile(t => t.First == t.Second).Count();
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            _ours.Add((await path.GenerateAsync(options.PromptIds, options.Tokens)).Laps);
            _perToken = Math.Min(_perToken, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / options.Tokens);
            _theirs.Add(bare.Generate(options.PromptIds, options.Tokens).Laps);
            if (llama is not null)
            {
                _llamas.Add((await llama.GenerateAsync(options.PromptIds, options.Tokens)).Laps);
            }
        }
    }

    private BareLoop LoadBare() => new(TextModelFiles.Choose(options.Folder, AcceleratorKind.CPU), options.Threads);

    private WholePathReport Report(double workerPerToken, long weights, double cache, long worker)
    {
        var (path, bare, llama) = (Speeds.Best(_ours, options), Speeds.Best(_theirs, options), _llamas.Count > 0 ? Speeds.Best(_llamas, options) : null);
        return new(
            options.Folder,
            options.Threads,
            options.Prompt,
            options.Tokens,
            _same,
            _asLlama,
            path,
            bare,
            Speeds.Best(_theirs[..options.Rounds], options),
            llama,
            Speeds.Ratio(path.PrefillTokensPerSecond, bare.PrefillTokensPerSecond),
            Speeds.Ratio(path.DecodeTokensPerSecond, bare.DecodeTokensPerSecond),
            Speeds.Ratio(bare.PrefillCpuMs, path.PrefillCpuMs),
            Speeds.Ratio(bare.DecodeCpuMsPerToken, path.DecodeCpuMsPerToken),
            llama is null ? null : Speeds.Ratio(path.DecodeTokensPerSecond, llama.DecodeTokensPerSecond),
            llama is null ? null : Speeds.Ratio(path.PrefillTokensPerSecond, llama.PrefillTokensPerSecond),
            Math.Round(path.FirstTokenMs - bare.FirstTokenMs, 2),
            Math.Round(_perToken),
            Math.Round(workerPerToken),
            Math.Round(weights / Mega, 1),
            Math.Round(cache / Mega, 1),
            Math.Round((worker - weights - cache) / Mega, 1));
    }
}
