using System.Text.Json.Nodes;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>A language task as the body of <c>chat/completions</c>, in the dialect of the server.</summary>
internal static class ChatRequest
{
    public static JsonObject Body(TaskRequest task, ServerDialect dialect)
    {
        var wish = task.Generate;
        var body = new JsonObject
        {
            ["model"] = task.ModelId,
            ["messages"] = new JsonArray([.. Turns(task, dialect.FoldsSystem).Select(m => (JsonNode)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]),
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        if (GoingOn.Left(task) is { } left)
        {
            // llama.cpp and its kin know the old name only, OpenAI's newer models the new one only.
            body[ServerDialect.MaxTokens] = left;
            body[ServerDialect.MaxCompletionTokens] = left;
        }

        if (wish is { HasTemperature: true })
        {
            body["temperature"] = wish.Temperature;
        }

        if (wish is { HasSeed: true })
        {
            body["seed"] = wish.Seed;
        }

        foreach (var field in dialect.LeftOut)
        {
            body.Remove(field);
        }

        if (task.SoFar.Length > 0)
        {
            ServerContinuation.Add(body, task.SoFar);
        }

        if (!body.ContainsKey("stream"))
        {
            body.Remove("stream_options");
        }

        return body;
    }

    // Without the system role its text stands before the first word of the user; turns of one role become one, as such templates want them to alternate.
    private static IEnumerable<Message> Turns(TaskRequest task, bool foldsSystem)
    {
        var turns = Conversation.Of(task);
        if (!foldsSystem)
        {
            return turns;
        }

        var folded = new List<Message>();
        foreach (var turn in turns)
        {
            var role = turn.Role == "system" ? "user" : turn.Role;
            if (folded.Count > 0 && folded[^1].Role == role)
            {
                folded[^1] = new Message { Role = role, Content = $"{folded[^1].Content}\n\n{turn.Content}" };
            }
            else
            {
                folded.Add(new Message { Role = role, Content = turn.Content });
            }
        }

        return folded;
    }
}
