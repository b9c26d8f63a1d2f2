using System.Text;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.OpenAi;

/// <summary>Answers of servers in the field, and what becomes of each.</summary>
internal static class RecordedAnswers
{
    /// <summary>By name: the reasoning that is kept, and the answer.</summary>
    public static Dictionary<string, (string Thought, string Answer, string Note)> Whole { get; } = new()
    {
        ["bad-utf8"] = ("", "smile \ufffd ok", ""),
        ["choices-null"] = ("", "Hello world.", ""),
        ["fin-abort"] = ("", "Hello world.", "The server ended it with \u201cabort\u201d."),
        ["fin-empty-string"] = ("", "Hello world.", ""),
        ["fin-end_turn"] = ("", "Hello world.", ""),
        ["fin-eos"] = ("", "Hello world.", ""),
        ["id-int"] = ("", "Hello world.", ""),
        ["json-200-complete"] = ("", "Hello world.", ""),
        ["last-event-no-blank"] = ("", "Hello world.", "The server reported no token counts; units are characters / 3.6."),
        ["message-not-delta"] = ("", "Hello world.", ""),
        ["nan-timings"] = ("", "Hello world.", "The server reported no token counts; units are characters / 3.6."),
        ["no-finish-done"] = ("", "Hello world.", ""),
        ["role-empty"] = ("", "Hello world.", ""),
        ["surrogate-split"] = ("", "smile \ud83d\ude00 done", ""),
        ["usage-negative"] = ("", "Hello world.", "The server reported no token counts; units are characters / 3.6."),
        ["usage-strings"] = ("", "Hello world.", ""),
    };

    /// <summary>By name: the reason, and words of the cause.</summary>
    public static Dictionary<string, (ReasonCode Reason, string Words)> Failed { get; } = new()
    {
        ["err-event"] = (ReasonCode.OutOfMemory, "CUDA out of memory"),
        ["err-field"] = (ReasonCode.BadInput, "the request exceeds the available context size. try increasing"),
        ["err-first"] = (ReasonCode.BadInput, "the request exceeds the available context size (4096 tokens)"),
        ["err-mid"] = (ReasonCode.BadInput, "the request exceeds the available context size (4096 tokens)"),
        ["err-object-error"] = (ReasonCode.BadInput, "This model's maximum context length is 2048 tokens."),
        ["err-string"] = (ReasonCode.EngineError, "OpenAI-compatible server answered with an error: model runner has unexpectedly stopped"),
        ["html-200"] = (ReasonCode.BadOutput, "a web page instead of an answer. Check its address"),
        ["reason-only-length"] = (ReasonCode.OnlyThought, "m reached its length limit while it was still thinking"),
        ["reason-only-stop"] = (ReasonCode.OnlyThought, "m only thought and gave no answer"),
        ["refusal"] = (ReasonCode.ModelRefused, "m refused to answer: \u201cI can't help with that.\u201d"),
        ["tool-calls-noindex"] = (ReasonCode.AskedForTool, "m asked for the tool \u201cf\u201d instead of answering"),
    };

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "OpenAi", "Answers", name + ".http"));

    /// <summary>Without the head.</summary>
    public static byte[] Body(string name)
    {
        var bytes = Bytes(name);
        return bytes[(Encoding.Latin1.GetString(bytes).IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }
}
