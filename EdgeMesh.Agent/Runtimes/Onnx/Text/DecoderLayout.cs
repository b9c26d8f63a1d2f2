using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>An input of whole numbers.</summary>
public sealed record IntegerInput(string Name, TensorElementType Type);

/// <summary>The names and shapes of a decoder's inputs and outputs, read from the graph, never assumed.</summary>
/// <param name="Ids">[1, added]: the new tokens.</param>
/// <param name="Mask">[1, past + added], all ones; null when the model has none.</param>
/// <param name="Positions">[1, added]; null when the model counts by itself.</param>
/// <param name="UseCacheBranch">[1] bool of merged decoders: whether there is a past.</param>
/// <param name="LogitsToKeep">Scalar of models that can leave out all but the last logits.</param>
/// <param name="Cache">The cache tensors.</param>
/// <param name="Logits">[1, rows, vocabulary].</param>
/// <param name="LogitsType">float32 or float16.</param>
/// <param name="Vocabulary">Columns of the logits; null when the model does not say.</param>
public sealed record DecoderLayout(
    IntegerInput Ids,
    IntegerInput? Mask,
    IntegerInput? Positions,
    string? UseCacheBranch,
    IntegerInput? LogitsToKeep,
    ImmutableArray<KvSlot> Cache,
    string Logits,
    TensorElementType LogitsType,
    int? Vocabulary)
{
    /// <exception cref="TaskFailedException">Unsupported: the model is not a decoder of this layout; the cause names what does not fit.</exception>
    public static DecoderLayout Read(GraphSignature graph, TextModelConfig config)
    {
        var names = config.Names;
        var inputs = graph.Inputs.ToDictionary(i => i.Name, StringComparer.Ordinal);
        var outputs = graph.Outputs.ToDictionary(o => o.Name, StringComparer.Ordinal);
        if (graph.Inputs.FirstOrDefault(i => !IsKnown(i.Name, names)) is { } unknown)
        {
            throw Unfit($"it wants the input {unknown.Name}");
        }

        var presents = graph.Outputs.Where(o => names.CacheSlot(o.Name) is not null).GroupBy(o => names.CacheSlot(o.Name)!, StringComparer.Ordinal)
            .ToDictionary(o => o.Key, o => o.First().Name, StringComparer.Ordinal);
        var cache = graph.Inputs.Where(i => names.CacheSlot(i.Name) is not null).Select(i => Slot(i, presents, config)).ToImmutableArray();
        if (cache.Length == 0)
        {
            throw Unfit("it has no cache of keys and values (past_key_values)");
        }

        var logits = outputs.TryGetValue(names.Logits, out var found) ? found : throw Unfit($"it has no output named {names.Logits}");
        return new(
            Integer(names.Ids) ?? throw Unfit($"it has no input named {names.Ids}"),
            Integer(names.Mask),
            Integer(names.Positions),
            inputs.ContainsKey("use_cache_branch") ? "use_cache_branch" : null,
            Integer("num_logits_to_keep") ?? Integer("logits_to_keep"),
            cache,
            logits.Name,
            logits.Type is TensorElementType.Float or TensorElementType.Float16 ? logits.Type : throw Unfit($"its logits are {logits.Type}"),
            logits.Dimensions is [_, _, > 0 and var columns] ? columns : null);

        IntegerInput? Integer(string name) => !inputs.TryGetValue(name, out var input) ? null
            : input.Type is TensorElementType.Int64 or TensorElementType.Int32 ? new(name, input.Type)
            : throw Unfit($"its input {name} is {input.Type}");
    }

    /// <summary>Whether a graph looks like a decoder at all: its file is then worth a closer look.</summary>
    public static bool HasCache(GraphSignature graph) =>
        graph.Inputs.Any(i => DecoderNames.Usual.CacheSlot(i.Name) is not null || i.Name.StartsWith("past", StringComparison.Ordinal));

    private static bool IsKnown(string name, DecoderNames names) =>
        name == names.Ids || name == names.Mask || name == names.Positions || name is "use_cache_branch" or "num_logits_to_keep" or "logits_to_keep" || names.CacheSlot(name) is not null;

    private static KvSlot Slot(GraphValue past, Dictionary<string, string> presents, TextModelConfig config)
    {
        if (!presents.TryGetValue(config.Names.CacheSlot(past.Name)!, out var present))
        {
            throw Unfit($"nothing continues its input {past.Name}");
        }

        if (past.Type is not (TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16))
        {
            throw Unfit($"its cache {past.Name} is {past.Type}");
        }

        if (past.Dimensions.Length != 4)
        {
            throw Unfit($"its cache {past.Name} has {past.Dimensions.Length} dimensions instead of 4");
        }

        var (heads, size) = (past.Dimensions[1] > 0 ? past.Dimensions[1] : config.KvHeads, past.Dimensions[3] > 0 ? past.Dimensions[3] : config.HeadSize);
        return heads is > 0 and { } h && size is > 0 and { } s
            ? new(past.Name, present, h, s, past.Type)
            : throw Unfit($"neither the model nor its configuration says how many heads {past.Name} has, and how large they are");
    }

    private static TaskFailedException Unfit(string why) =>
        new(ReasonCode.Unsupported, $"The model is not a text decoder that this engine can run: {why}.");
}
