using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;
using Microsoft.ML.Tokenizers;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>Reads the tokenizer files of a model folder; whatever is wrong with them becomes a named fault.</summary>
internal static class TokenizerLoader
{
    public static TextTokenizer Load(string folder, TokenizerLimits limits)
    {
        var settings = Settings(folder, limits);
        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            return FromJson(Json(folder, "tokenizer.json", limits), settings, limits);
        }

        return Bytes(folder, "tokenizer.model", limits) is { } model
            ? FromSentencePiece(model, Json(folder, "tokenizer_config.json", limits), settings, limits)
            : throw new TokenizerException(TokenizerFault.Missing, $"The model folder {Path.GetFileName(folder)} has neither tokenizer.json nor tokenizer.model. Fetch the model again with its tokenizer files.");
    }

    /// <summary>The chat template that the tokenizer would have, without reading its vocabulary; null when there is none.</summary>
    /// <exception cref="TokenizerException">A file that says so is garbled or too large.</exception>
    public static string? TemplateOf(string folder) => Settings(folder, TokenizerLimits.Default).ChatTemplate;

    /// <summary>Refuses a tokenizer.json that is garbled or wants steps that are not there, without building its vocabulary.</summary>
    /// <exception cref="TokenizerException">What is wrong with it.</exception>
    public static void CheckSteps(string folder) => Guarded("tokenizer.json", () =>
    {
        if (Bytes(folder, "tokenizer.json", TokenizerLimits.Default) is { } bytes)
        {
            new PipelineReader(TokenizerLimits.Default).Check(TokenizerOutline.Of(WithoutMark(bytes)));
        }

        return true;
    });

    private static ReadOnlySpan<byte> WithoutMark(byte[] bytes) => bytes.AsSpan() is [0xEF, 0xBB, 0xBF, .. var rest] ? rest : bytes;

    private static TokenizerSettings Settings(string folder, TokenizerLimits limits) => TokenizerSettings.From(
        Json(folder, "tokenizer_config.json", limits),
        Json(folder, "special_tokens_map.json", limits),
        Guarded("chat_template.jinja", () => Bytes(folder, "chat_template.jinja", limits) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null),
        Json(folder, "chat_template.json", limits));

    private static TextTokenizer FromJson(JsonElement json, TokenizerSettings settings, TokenizerLimits limits) => Guarded("tokenizer.json", () =>
    {
        var parts = new PipelineReader(limits).Read(json);
        var pipeline = new TokenizerPipeline(parts);
        string? TokenOf(ImmutableArray<int> ids, Index index) => ids.Length > 0 ? parts.Added.FirstOrDefault(t => t.Id == ids[index])?.Content : null;
        var padding = json.Part("padding");
        var fixedLength = padding?.Part("strategy")?.Part("Fixed")?.GetInt32();
        return new TextTokenizer(
            pipeline,
            settings with
            {
                Bos = settings.Bos ?? TokenOf(parts.Opening, 0),
                Eos = settings.Eos ?? TokenOf(parts.Closing, ^1),
                Pad = settings.Pad ?? padding?.TextOrNull("pad_token"),
                FixedLength = fixedLength is > 0 and <= 65_536 ? fixedLength : null,
            },
            limits);
    });

    private static TextTokenizer FromSentencePiece(byte[] model, JsonElement config, TokenizerSettings settings, TokenizerLimits limits) => Guarded("tokenizer.model", () =>
    {
        var added = new Dictionary<string, int>();
        foreach (var token in config.Part("added_tokens_decoder")?.EnumerateObject().AsEnumerable() ?? [])
        {
            if (token.Value.TextOrNull("content") is { Length: > 0 } content)
            {
                added[content] = int.Parse(token.Name, System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        var reader = new SentencePieceReader(limits);
        if (reader.Read(model, added, settings.AddBos, settings.AddEos) is { } parts)
        {
            return new TextTokenizer(new TokenizerPipeline(parts), settings with { Bos = settings.Bos ?? reader.Bos, Eos = settings.Eos ?? reader.Eos }, limits);
        }

        // Unigram, and what rewrites its text by a table, by the library; its order of merges differs from SentencePiece's in runs of one character.
        using var stream = new MemoryStream(model);
        var tokenizer = SentencePieceTokenizer.Create(stream, settings.AddBos, settings.AddEos, added);
        return new TextTokenizer(
            new SentencePieceEngine(tokenizer, settings.AddBos, settings.AddEos),
            settings with { Bos = settings.Bos ?? tokenizer.BeginningOfSentenceToken, Eos = settings.Eos ?? tokenizer.EndOfSentenceToken },
            limits);
    });

    // An absent file reads as an empty object.
    private static JsonElement Json(string folder, string file, TokenizerLimits limits) => Guarded(file, () =>
    {
        var bytes = Bytes(folder, file, limits);
        return JsonSerializer.Deserialize<JsonElement>(bytes is null ? "{}"u8 : WithoutMark(bytes));
    });

    private static byte[]? Bytes(string folder, string file, TokenizerLimits limits)
    {
        var info = new FileInfo(Path.Combine(folder, file));
        return !info.Exists ? null
            : info.Length > limits.MaxFileBytes ? throw new TokenizerException(TokenizerFault.TooLarge, $"{file} has {info.Length >> 20} MB; at most {limits.MaxFileBytes >> 20} MB are read.")
            : File.ReadAllBytes(info.FullName);
    }

    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not TokenizerException and not OutOfMemoryException)
        {
            throw new TokenizerException(TokenizerFault.Garbled, $"{file} cannot be read as what its name says. Fetch the model again.", e);
        }
    }
}
