using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary><c>genai_config.json</c>, which onnxruntime-genai and Foundry Local write beside a graph: much of what <c>config.json</c> says, and the names of the graph.</summary>
internal static class GenAiConfig
{
    public const string FileName = "genai_config.json";

    /// <summary>The facts of the model, without what only other files say (special tokens of the tokenizer).</summary>
    /// <exception cref="TaskFailedException">Unsupported: it describes several graphs that work together.</exception>
    public static TextModelConfig Read(JsonElement root)
    {
        var model = Object(root, "model");
        var decoder = Object(model, "decoder");
        if (decoder.TryGet("pipeline") is { ValueKind: JsonValueKind.Array })
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"{FileName} describes a pipeline of several graphs; this engine runs models of one graph.");
        }

        var search = Object(root, "search");
        var heads = decoder.Int("num_attention_heads");
        var width = decoder.Int("hidden_size");
        string[] marks = ["bos_token_id", "eos_token_id", "pad_token_id"];
        var context = model.Int("context_length");
        return new(
            context is > 1 ? context.Value : TextModelConfig.UnknownContext,
            model.Int("vocab_size"),
            decoder.Int("num_key_value_heads") ?? heads,
            decoder.Int("head_size") ?? (width > 0 && heads > 0 ? width / heads : null),
            [.. model.Ids("eos_token_id")],
            [.. marks.SelectMany(m => model.Ids(m))],
            TextModelConfig.SamplingOf(search))
        {
            IsContextKnown = context is > 1,
            File = decoder.Text("filename"),
            Names = Names(Object(decoder, "inputs"), Object(decoder, "outputs")),
        };
    }

    private static DecoderNames Names(JsonElement inputs, JsonElement outputs)
    {
        var usual = DecoderNames.Usual;
        return usual with
        {
            Ids = inputs.Text("input_ids") ?? usual.Ids,
            Mask = inputs.Text("attention_mask") ?? usual.Mask,
            Positions = inputs.Text("position_ids") ?? usual.Positions,
            Logits = outputs.Text("logits") ?? usual.Logits,
            Keys = [.. new[] { inputs.Text("past_key_names"), outputs.Text("present_key_names") }.OfType<string>()],
            Values = [.. new[] { inputs.Text("past_value_names"), outputs.Text("present_value_names") }.OfType<string>()],
        };
    }

    private static JsonElement Object(JsonElement element, string name) => element.TryGet(name) is { ValueKind: JsonValueKind.Object } found ? found : default;
}
