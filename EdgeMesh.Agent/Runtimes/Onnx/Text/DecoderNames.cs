using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>What a decoder's inputs and outputs are called: as exporters have it, or as <c>genai_config.json</c> says.</summary>
public sealed partial record DecoderNames
{
    /// <summary>As Optimum, onnx-community and onnxruntime-genai name them.</summary>
    public static DecoderNames Usual { get; } = new();

    public string Ids { get; init; } = "input_ids";

    public string Mask { get; init; } = "attention_mask";

    public string Positions { get; init; } = "position_ids";

    public string Logits { get; init; } = "logits";

    /// <summary>Patterns of the cache's tensors with <c>%d</c> for the layer; empty where only the usual names count.</summary>
    public ImmutableArray<string> Keys { get; init; } = [];

    /// <summary>As <see cref="Keys"/>.</summary>
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>"12.k" for <c>past_key_values.12.key</c>, <c>past.12.k</c>, <c>present_key_12</c> …; null when it is no cache name.</summary>
    public string? CacheSlot(string name)
    {
        if (Layer(Keys, name) is { } key)
        {
            return $"{key}.k";
        }

        if (Layer(Values, name) is { } value)
        {
            return $"{value}.v";
        }

        var match = CacheName().Match(name);
        return match.Success ? $"{match.Groups["layer"].Value}.{match.Groups["part"].Value[0]}" : null;
    }

    private static string? Layer(ImmutableArray<string> patterns, string name)
    {
        foreach (var pattern in patterns)
        {
            var at = pattern.IndexOf("%d", StringComparison.Ordinal);
            if (at >= 0 && name.Length > pattern.Length - 2 && name.StartsWith(pattern[..at], StringComparison.Ordinal) && name.EndsWith(pattern[(at + 2)..], StringComparison.Ordinal)
                && name[at..(name.Length - pattern.Length + at + 2)] is var layer && layer.All(char.IsAsciiDigit))
            {
                return layer;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^(past|present)(_key_values)?[._]((?<layer>\d+)[._](self[._])?(?<part>key|value|k|v)|(?<part>key|value|k|v)[._](self[._])?(?<layer>\d+))$", RegexOptions.ExplicitCapture)]
    private static partial Regex CacheName();
}
