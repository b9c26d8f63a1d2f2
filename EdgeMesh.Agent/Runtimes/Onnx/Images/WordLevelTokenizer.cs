using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>One id per known word: what the built-in model's <c>tokenizer.json</c> of the type WordLevel describes.</summary>
public sealed class WordLevelTokenizer : IPromptTokenizer
{
    private readonly Dictionary<string, long> _vocabulary;
    private readonly long _unknown;
    private readonly long[] _before;
    private readonly long[] _after;
    private readonly int _length;
    private readonly long _padding;

    private WordLevelTokenizer(JsonElement root)
    {
        var model = root.GetProperty("model");
        _vocabulary = model.GetProperty("vocab").EnumerateObject().ToDictionary(w => w.Name, w => w.Value.GetInt64(), StringComparer.Ordinal);
        _unknown = _vocabulary[model.GetProperty("unk_token").GetString()!];
        var padding = root.GetProperty("padding");
        _length = padding.GetProperty("strategy").GetProperty("Fixed").GetInt32();
        _padding = padding.GetProperty("pad_id").GetInt64();
        var template = root.GetProperty("post_processor").GetProperty("single").EnumerateArray().ToList();
        var text = template.FindIndex(t => t.TryGetProperty("Sequence", out _));
        _before = [.. template.Take(text).Select(Special)];
        _after = [.. template.Skip(text + 1).Select(Special)];
    }

    /// <summary>Reads <c>tokenizer.json</c> in this folder.</summary>
    public static WordLevelTokenizer Load(string folder)
    {
        try
        {
            using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
            var type = file.RootElement.GetProperty("model").GetProperty("type").GetString();
            return type == "WordLevel"
                ? new WordLevelTokenizer(file.RootElement)
                : throw new TaskFailedException(ReasonCode.Unsupported, $"The model's tokenizer is of the type {type}; this one reads WordLevel.");
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The model's tokenizer.json cannot be read: {e.Message}");
        }
    }

    public IReadOnlyList<long> Encode(string text)
    {
        var room = _length - _before.Length - _after.Length;
        var words = text.ToLowerInvariant()
            .Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
            .Select(w => _vocabulary.GetValueOrDefault(w, _unknown))
            .Take(room);
        List<long> ids = [.. _before, .. words, .. _after];
        ids.AddRange(Enumerable.Repeat(_padding, _length - ids.Count));
        return ids;
    }

    private long Special(JsonElement piece) => _vocabulary[piece.GetProperty("SpecialToken").GetProperty("id").GetString()!];
}
