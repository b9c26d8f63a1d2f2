using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates;

/// <summary>One message of a conversation. <see cref="Extra"/> adds or replaces keys, such as <c>tool_calls</c> or content in parts.</summary>
public sealed record ChatTemplateMessage(string Role, string? Content)
{
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; init; }
}

/// <summary>What a template is rendered with, by the names Hugging Face gives them.</summary>
public sealed record ChatTemplateInput(ImmutableArray<ChatTemplateMessage> Messages)
{
    /// <summary>A JSON array of tool definitions; none is <c>None</c> in the template.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Whether the text ends with the opening of the assistant's answer.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Text of the beginning-of-sequence token; undefined in the template when null.</summary>
    public string? BosToken { get; init; }

    /// <summary>Text of the end-of-sequence token; undefined in the template when null.</summary>
    public string? EosToken { get; init; }

    /// <summary>Further variables, such as <c>enable_thinking</c>; they win over the standard ones.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Variables { get; init; }
}
