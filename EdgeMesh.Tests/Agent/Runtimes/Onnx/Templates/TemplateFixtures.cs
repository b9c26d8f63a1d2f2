using System.Collections.Immutable;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Templates;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Templates;

/// <summary>The templates, inputs and golden outputs that tools/chat-templates writes.</summary>
internal static class TemplateFixtures
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "Onnx", "Templates", "Fixtures");

    public static FakeTimeProvider Time { get; } = new(new DateTimeOffset(2024, 7, 6, 15, 4, 5, TimeSpan.Zero));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public static JsonElement Json(string file) => JsonDocument.Parse(Text(file)).RootElement;

    public static ChatTemplateInput Input(string name)
    {
        var json = Json("inputs.json").GetProperty(name);
        return new ChatTemplateInput([.. json.GetProperty("messages").EnumerateArray().Select(Message)])
        {
            Tools = json.TryGetProperty("tools", out var tools) ? tools : null,
            AddGenerationPrompt = json.GetProperty("add_generation_prompt").GetBoolean(),
            BosToken = "<s>",
            EosToken = "</s>",
            Variables = json.EnumerateObject().Where(p => p.Name is not ("messages" or "tools" or "add_generation_prompt")).ToDictionary(p => p.Name, p => p.Value),
        };
    }

    public static string Render(string source, ChatTemplateInput? input = null, ChatTemplateLimits? limits = null)
        => Render(ChatTemplate.Parse(source, limits), input ?? Input("one question"), Time);

    public static string Render(ChatTemplate template, ChatTemplateInput input, TimeProvider time) => template.Render(input, time, TestContext.Current.CancellationToken);

    /// <summary>The rendered text, or null when the template fails.</summary>
    public static string? RenderOrNull(string source, ChatTemplateInput input)
    {
        try
        {
            return Render(source, input);
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private static ChatTemplateMessage Message(JsonElement json)
        => new(json.GetProperty("role").GetString()!, json.GetProperty("content") is { ValueKind: JsonValueKind.String } text ? text.GetString() : null)
        {
            Extra = json.EnumerateObject().Where(p => p.Name is not ("role" or "content") || p.Value.ValueKind == JsonValueKind.Array)
                .ToDictionary(p => p.Name, p => p.Value),
        };
}
