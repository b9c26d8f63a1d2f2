using System.Text.RegularExpressions;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>An input of whole numbers.</summary>
public sealed record IntegerInput(string Name, TensorElementType Type);

/// <summary>The names and shapes of a decoder's inputs and outputs, read from the session, never assumed.</summary>
/// <param name="Ids">[1, added]: the new tokens.</param>
/// <param name="Mask">[1, past + added], all ones; null when the model has none.</param>
/// <param name="Positions">[1, added]; null when the model counts by itself.</param>
/// <param name="UseCacheBranch">[1] bool of merged decoders: whether there is a past.</param>
/// <param name="LogitsToKeep">Scalar of models that can leave out all but the last logits.</param>
/// <param name="Cache">The cache tensors.</param>
/// <param name="Logits">[1, rows, vocabulary].</param>
/// <param name="LogitsType">float32 or float16.</param>
/// <param name="Vocabulary">Columns of the logits; null when the model does not say.</param>
public sealed partial record DecoderLayout(
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
    public static DecoderLayout Read(InferenceSession session, TextModelConfig config)
    {
        var (inputs, outputs) = (session.InputMetadata, session.OutputMetadata);
        var unknown = inputs.Keys.FirstOrDefault(n => !IsKnown(n));
        if (unknown is not null)
        {
            throw Unfit($"it wants the input {unknown}");
        }

        var presents = outputs.Keys.Where(n => n.StartsWith("present", StringComparison.Ordinal)).ToDictionary(n => Key(n) ?? n, StringComparer.Ordinal);
        var cache = inputs
            .Where(i => i.Key.StartsWith("past", StringComparison.Ordinal))
            .Select(i => Slot(i.Key, i.Value, presents, config))
            .ToImmutableArray();
        if (cache.Length == 0)
        {
            throw Unfit("it has no cache of keys and values (past_key_values)");
        }

        var logits = outputs.ContainsKey("logits") ? "logits" : throw Unfit("it has no output named logits");
        var type = outputs[logits].ElementDataType;
        var dimensions = outputs[logits].Dimensions;
        return new(
            Integer("input_ids") ?? throw Unfit("it has no input named input_ids"),
            Integer("attention_mask"),
            Integer("position_ids"),
            inputs.ContainsKey("use_cache_branch") ? "use_cache_branch" : null,
            Integer("num_logits_to_keep") ?? Integer("logits_to_keep"),
            cache,
            logits,
            type is TensorElementType.Float or TensorElementType.Float16 ? type : throw Unfit($"its logits are {type}"),
            dimensions is [_, _, > 0 and var columns] ? columns : null);

        IntegerInput? Integer(string name) => !inputs.TryGetValue(name, out var input) ? null
            : input.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 ? new(name, input.ElementDataType)
            : throw Unfit($"its input {name} is {input.ElementDataType}");
    }

    private static bool IsKnown(string name) =>
        name is "input_ids" or "attention_mask" or "position_ids" or "use_cache_branch" or "num_logits_to_keep" or "logits_to_keep" || Key(name) is not null;

    private static KvSlot Slot(string name, NodeMetadata past, Dictionary<string, string> presents, TextModelConfig config)
    {
        if (!presents.TryGetValue(Key(name)!, out var present))
        {
            throw Unfit($"nothing continues its input {name}");
        }

        if (past.ElementDataType is not (TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16))
        {
            throw Unfit($"its cache {name} is {past.ElementDataType}");
        }

        if (past.Dimensions.Length != 4)
        {
            throw Unfit($"its cache {name} has {past.Dimensions.Length} dimensions instead of 4");
        }

        var (heads, size) = (past.Dimensions[1] > 0 ? past.Dimensions[1] : config.KvHeads, past.Dimensions[3] > 0 ? past.Dimensions[3] : config.HeadSize);
        return heads is > 0 and { } h && size is > 0 and { } s
            ? new(name, present, h, s, past.ElementDataType)
            : throw Unfit($"neither the model nor config.json says how many heads {name} has, and how large they are");
    }

    /// <summary>"12.key" for <c>past_key_values.12.key</c>, <c>past.12.k</c>, <c>present_key_12</c> …; null when it is no cache name.</summary>
    private static string? Key(string name)
    {
        var match = CacheName().Match(name);
        return match.Success ? $"{match.Groups["layer"].Value}.{match.Groups["part"].Value[0]}" : null;
    }

    [GeneratedRegex(@"^(past|present)(_key_values)?[._]((?<layer>\d+)[._](self[._])?(?<part>key|value|k|v)|(?<part>key|value|k|v)[._](self[._])?(?<layer>\d+))$", RegexOptions.ExplicitCapture)]
    private static partial Regex CacheName();

    private static TaskFailedException Unfit(string why) =>
        new(ReasonCode.Unsupported, $"The model is not a text decoder that this engine can run: {why}.");
}
