using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>How each model of a server wants to be asked, learned from what it refused. Thread-safe.</summary>
internal sealed class ServerDialects
{
    private readonly ConcurrentDictionary<string, ServerDialect> _models = new(StringComparer.Ordinal);

    public ServerDialect For(string model) => _models.GetValueOrDefault(model, ServerDialect.Whole);

    /// <summary>It answered to this.</summary>
    public void Learned(string model, ServerDialect dialect) => _models[model] = dialect;
}

/// <summary>What of a request a server takes.</summary>
/// <param name="LeftOut">Fields that it refuses.</param>
/// <param name="FoldsSystem">Its template knows no system role: that text goes into the first turn of the user.</param>
/// <param name="Guesses">How often it refused without saying what, so that the rest was guessed.</param>
internal sealed partial record ServerDialect(ImmutableHashSet<string> LeftOut, bool FoldsSystem, int Guesses)
{
    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";

    /// <summary>Everything.</summary>
    public static ServerDialect Whole { get; } = new([], false, 0);

    // What an answer can be had without; the limits, as the client keeps them itself.
    private static readonly string[] Optional = [MaxCompletionTokens, MaxTokens, "stream_options", "seed", "temperature", "stream"];

    /// <summary>What to try next after this refusal; null when the request itself was the fault.</summary>
    public ServerDialect? After(EngineStatusException e, JsonObject sent)
    {
        if (e.Status is not (0 or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.InternalServerError or HttpStatusCode.NotImplemented) ||
            EngineErrors.FromWords(e.Message, "", "") is { Reason: ReasonCode.BadInput or ReasonCode.OutOfMemory })
        {
            return null;
        }

        if (!FoldsSystem && SystemRefused().IsMatch(e.Message) && sent["messages"]!.AsArray().Any(m => (string?)m!["role"] == "system"))
        {
            return this with { FoldsSystem = true };
        }

        var named = Optional.Where(sent.ContainsKey).Select(f => (Field: f, At: Place(e.Message, f))).Where(f => f.At >= 0).OrderBy(f => f.At).Select(f => f.Field).FirstOrDefault();
        return named is not null ? Without(named) : e.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity ? Guess(sent) : null;
    }

    private static int Place(string message, string field) => Regex.Match(message, $@"(?<![a-z_]){field}(?![a-z_])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) is { Success: true } found ? found.Index : -1;

    // Of the two limits a server knows at least one, whatever order its words have.
    private ServerDialect Without(string field)
    {
        var other = field == MaxTokens ? MaxCompletionTokens : field == MaxCompletionTokens ? MaxTokens : "";
        return this with { LeftOut = LeftOut.Contains(other) && Guesses == 0 ? LeftOut.Remove(other).Add(field) : LeftOut.Add(field), Guesses = LeftOut.Contains(other) ? Guesses + 1 : Guesses };
    }

    private ServerDialect? Guess(JsonObject sent)
    {
        ImmutableHashSet<string> left = Guesses switch
        {
            0 => LeftOut.Union([MaxCompletionTokens, "stream_options", "seed"]),
            1 => LeftOut.Remove(MaxCompletionTokens).Union([MaxTokens, "stream_options", "seed"]),
            _ => LeftOut,
        };
        var changes = left.Any(sent.ContainsKey) || (sent.ContainsKey(MaxTokens) && left.Contains(MaxTokens));
        return Guesses < 2 && changes ? this with { LeftOut = left, Guesses = Guesses + 1 } : null;
    }

    [GeneratedRegex(@"system[\s_-]?(role|message|prompt|instruction)s?.{0,60}(not|un|in)\s?-?(support|allow|valid|permit|expect|known)|(un|not )(support|expect|known).{0,60}system|(role|conversation).{0,40}must.{0,20}alternate|only user.{0,30}assistant", RegexOptions.IgnoreCase | RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex SystemRefused();
}
