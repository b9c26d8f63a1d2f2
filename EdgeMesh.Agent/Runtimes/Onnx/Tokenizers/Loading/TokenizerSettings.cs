using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>What stands around the tokenizer: special tokens, chat template, fixed length.</summary>
internal sealed record TokenizerSettings(string? Bos, string? Eos, string? Pad, string? ChatTemplate, int? FixedLength, bool AddBos, bool AddEos)
{
    /// <summary>
    /// From <c>tokenizer_config.json</c>, then <c>special_tokens_map.json</c>; the template from <c>chat_template.jinja</c>, the configuration, or the
    /// <c>chat_template.json</c> of processors.
    /// </summary>
    public static TokenizerSettings From(JsonElement config, JsonElement map, string? templateFile, JsonElement templateJson) => new(
        config.Token("bos_token") ?? map.Token("bos_token"),
        config.Token("eos_token") ?? map.Token("eos_token"),
        config.Token("pad_token") ?? map.Token("pad_token"),
        templateFile ?? Template(config) ?? Template(templateJson),
        null,
        config.Flag("add_bos_token", true),
        config.Flag("add_eos_token", false));

    // One template, or several by name.
    private static string? Template(JsonElement config)
    {
        if (config.Part("chat_template") is not { ValueKind: JsonValueKind.Array } named)
        {
            return config.TextOrNull("chat_template");
        }

        var templates = named.EnumerateArray().ToList();
        return templates.Find(t => t.TextOrNull("name") == "default") is { ValueKind: JsonValueKind.Object } chosen ? chosen.TextOrNull("template")
            : templates.Count > 0 ? templates[0].TextOrNull("template") : null;
    }
}
