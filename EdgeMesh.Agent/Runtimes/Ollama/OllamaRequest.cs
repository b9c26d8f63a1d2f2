using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>What Ollama is asked for a task: a chat, or for a base model that a text is gone on with.</summary>
internal sealed class OllamaRequest
{
    // A token of Ollama's templates for each turn's marks; a quarter more than estimated, as texts differ in how many characters make a token.
    private const int TurnTokens = 8;
    private const int SeedBits = 31;
    private readonly TaskRequest _task;
    private readonly OllamaDetails _details;
    private readonly ImmutableArray<Message> _turns;
    private readonly int _prompt;

    public OllamaRequest(TaskRequest task, OllamaDetails details)
    {
        (_task, _details, _turns) = (task, details, Conversation.Of(task));
        _prompt = (_turns.Sum(t => TokenEstimate.Of(t.Content) + TurnTokens) + TokenEstimate.Of(task.SoFar)) * 5 / 4;
    }

    /// <summary>Relative to Ollama's address.</summary>
    public Uri Path => new(_details.HasTemplate ? "api/chat" : "api/generate", UriKind.Relative);

    /// <summary>Estimated tokens of prompt and answer together.</summary>
    public long Tokens => (long)_prompt + (GoingOn.Left(_task) ?? AnswerLength.Unasked);

    /// <param name="context">Tokens that Ollama makes ready.</param>
    /// <param name="think">Whether a model that can be told to think is told anything about it.</param>
    public JsonObject Body(int context, bool think)
    {
        var wish = _task.Generate;
        var options = new JsonObject
        {
            ["num_ctx"] = context,
            ["num_predict"] = GoingOn.Left(_task) ?? Math.Max(AnswerLength.Unasked, context - _prompt),
        };
        if (wish is { HasTemperature: true })
        {
            options["temperature"] = wish.Temperature;
        }

        if (wish is { HasSeed: true })
        {
            options["seed"] = EngineSeed.Fold(wish.Seed, SeedBits);
        }

        // A text that does not fit is an error and not cut off without a word, where Ollama knows these two.
        var body = new JsonObject { ["model"] = _task.ModelId, ["stream"] = true, ["truncate"] = false, ["shift"] = false, ["options"] = options };
        if (!_details.HasTemplate)
        {
            body["raw"] = true;
            body["prompt"] = string.Join("\n\n", _turns.Select(t => t.Content)) + _task.SoFar;
            return body;
        }

        // A last message of the assistant is gone on with (github.com/ollama/ollama/issues/6778, by its maintainers).
        var turns = _task.SoFar.Length > 0 ? _turns.Add(new Message { Role = "assistant", Content = _task.SoFar }) : _turns;
        body["messages"] = new JsonArray([.. turns.Select(t => (JsonNode)new JsonObject { ["role"] = t.Role, ["content"] = t.Content })]);
        if (think && _details.Thinks)
        {
            // A summary needs no long thoughts, and an answer that has begun none any more; asked for, they come apart from the answer.
            body["think"] = _task.OptionsCase != TaskRequest.OptionsOneofCase.Summarize && _task.SoFar.Length == 0;
        }

        return body;
    }
}
