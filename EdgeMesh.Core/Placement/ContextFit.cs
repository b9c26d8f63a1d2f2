using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>How much of a text a model can read at once: its context, less its instructions and room for the answer. Pure.</summary>
public static class ContextFit
{
    /// <summary>Stable word for the verdict.</summary>
    public const string Word = "context";

    /// <summary>A model that reads fewer tokens at once than this takes no parts of a longer text.</summary>
    public const int LeastPart = 96;

    // What a template adds to the text besides the instructions.
    private const int Marks = 16;

    // An answer never claims more than this share of the context: runtimes shorten it to what is left.
    private const int AnswerShare = 4;

    /// <summary>Tokens of text a model reads at once for a task; null when it has no limit, or none that is known.</summary>
    public static int? Room(ModelInfo model, TaskKind kind, JobOptions options) => kind == TaskKind.LlmGenerate && model.ContextTokens is > 0 and var context
        ? Math.Max(0, context - Marks - Instructions(options) - Reserve(context, options))
        : null;

    /// <summary>Whether a model can hold a task's text and what is there of its answer, with room for the rest: what is there takes the room that its answer has anyway, but for a quarter of it.</summary>
    /// <param name="written">Tokens of the answer that are there.</param>
    public static bool Holds(ModelInfo model, PlannedTask task, TaskLoad load, int written) =>
        Room(model, task.Kind, task.Options) is not { } room || load.Tokens + Math.Max(0, written - (Reserve(model.ContextTokens!.Value, task.Options) * 3 / 4)) <= room;

    /// <summary>Null when a task's text fits, else why not, with the numbers.</summary>
    public static string? Reject(ModelInfo model, PlannedTask task, TaskLoad load) =>
        Room(model, task.Kind, task.Options) is not { } room || load.Tokens <= room ? null
        : $"{model.Id} reads {model.ContextTokens:N0} tokens; this text is about {load.Tokens:N0}{(load.Tokens < model.ContextTokens ? ", and the answer needs room too" : "")}.";

    private static int Reserve(int context, JobOptions options) => Math.Min(Answer(options), context / AnswerShare);

    private static int Instructions(JobOptions options) => options switch
    {
        SummarizeOptions o => TokenEstimate.Of(Prompts.Summary(o.Sentences ?? SummaryLength.UsualSentences, o.Share)),
        CodeOptions o => TokenEstimate.Of(Prompts.Code(o.Language)),
        _ => 0,
    };

    private static int Answer(JobOptions options) => options switch
    {
        SummarizeOptions o => SummaryLength.Tokens(o),
        ChatOptions o => o.MaxTokens ?? AnswerLength.Usual(Skill.Chat),
        CodeOptions o => o.MaxTokens ?? AnswerLength.Usual(Skill.Code),
        _ => 0,
    };
}
