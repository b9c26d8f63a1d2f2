using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>What the template finds at its start, as transformers passes it.</summary>
internal static class Variables
{
    public static Scope From(ChatTemplateInput input)
    {
        var scope = new Scope(null)
        {
            ["messages"] = new TemplateList([.. input.Messages.Select(Message)]),
            ["tools"] = input.Tools is { } tools ? Of(tools) : null,
            ["documents"] = null,
            ["add_generation_prompt"] = input.AddGenerationPrompt,
        };
        if (input.BosToken is { } bos)
        {
            scope["bos_token"] = bos;
        }

        if (input.EosToken is { } eos)
        {
            scope["eos_token"] = eos;
        }

        foreach (var (name, value) in input.Variables ?? new Dictionary<string, JsonElement>())
        {
            scope[name] = Of(value);
        }

        return scope;
    }

    private static TemplateDict Message(ChatTemplateMessage message)
    {
        var dict = new TemplateDict();
        dict.Items["role"] = message.Role;
        dict.Items["content"] = message.Content;
        foreach (var (name, value) in message.Extra ?? new Dictionary<string, JsonElement>())
        {
            dict.Items[name] = Of(value);
        }

        return dict;
    }

    // JsonDocument has refused nesting beyond 64 levels already.
    private static object? Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new TemplateDict();
                foreach (var property in element.EnumerateObject())
                {
                    dict.Items[property.Name] = Of(property.Value);
                }

                return dict;
            case JsonValueKind.Array:
                return new TemplateList([.. element.EnumerateArray().Select(Of)]);
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return element.TryGetInt64(out var whole) && !element.GetRawText().Contains('.', StringComparison.Ordinal) ? (object)whole : element.GetDouble();
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return null;
        }
    }
}
