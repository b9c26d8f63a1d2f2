using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Runs a decoder over one sequence, token by token or many at once. All tensors lie outside the managed heap. One caller at a time.</summary>
internal sealed class DecoderRunner : IDisposable
{
    private const string GroupQueryAttention = nameof(GroupQueryAttention);

    private readonly InferenceSession _session;
    private readonly DecoderLayout _layout;
    private readonly OrtIoBinding _binding;
    private readonly IKvCache _cache;
    private readonly IntegerTensor _ids;
    private readonly IntegerTensor? _mask;
    private readonly IntegerTensor? _positions;
    private readonly IntegerTensor? _keep;
    private readonly LogitsBuffer _logits;
    private readonly OrtValue _true = OrtValue.CreateTensorValueFromMemory([true], [1]);
    private readonly OrtValue _false = OrtValue.CreateTensorValueFromMemory([false], [1]);

    public DecoderRunner(OpenedSession opened, TextModelConfig config)
    {
        _session = opened.Session;
        _layout = DecoderLayout.Read(GraphSignature.Of(_session), config);
        Vocabulary = _layout.Vocabulary ?? config.Vocabulary
            ?? throw new TaskFailedException(ReasonCode.Unsupported, "Neither the model nor its configuration says how large the vocabulary is.");
        SharesCache = opened.Provider.DeviceMemory is null && _layout.Cache.All(s => opened.File.Readers.TryGetValue(s.Past, out var kinds) && kinds.SetEquals([GroupQueryAttention]));
        _cache = opened.Provider.DeviceMemory is { } memory ? new DeviceKvCache(_layout.Cache, memory)
            : SharesCache ? new SharedKvCache(_layout.Cache)
            : new HostKvCache(_layout.Cache);
        _binding = _session.CreateIoBinding();
        _ids = new(_layout.Ids);
        _mask = _layout.Mask is { } mask ? new(mask) : null;
        _positions = _layout.Positions is { } positions ? new(positions) : null;
        _keep = _layout.LogitsToKeep is { } keep ? new(keep) : null;
        _logits = new(_layout.Logits, _layout.LogitsType, Vocabulary);
    }

    /// <summary>Tokens in the cache.</summary>
    public int Past { get; private set; }

    public int Vocabulary { get; }

    public bool SharesCache { get; }

    public ImmutableArray<KvSlot> Cache => _layout.Cache;

    /// <summary>Computes the tokens after those in the cache, and keeps them there.</summary>
    /// <returns>The logits after the last one, free to be changed until the next run.</returns>
    public Span<float> Run(ReadOnlySpan<int> tokens, RunOptions options)
    {
        var added = tokens.Length;
        _ids.Bind(_binding, tokens);
        _mask?.Bind(_binding, Past + added, first: 1, step: 0);
        _positions?.Bind(_binding, added, first: Past, step: 1);
        _keep?.BindScalar(_binding, 1);
        if (_layout.UseCacheBranch is { } branch)
        {
            _binding.BindInput(branch, Past > 0 ? _true : _false);
        }

        _cache.Bind(_binding, Past, added);
        _logits.Bind(_binding, _keep is null ? added : 1);
        _session.RunWithBinding(options, _binding);
        _cache.Advance(_binding);
        Past += added;
        return _logits.Last();
    }

    public void Reset()
    {
        _cache.Reset();
        Past = 0;
    }

    public void Dispose()
    {
        _binding.Dispose();
        _cache.Dispose();
        _ids.Dispose();
        _mask?.Dispose();
        _positions?.Dispose();
        _keep?.Dispose();
        _logits.Dispose();
        _true.Dispose();
        _false.Dispose();
    }
}
