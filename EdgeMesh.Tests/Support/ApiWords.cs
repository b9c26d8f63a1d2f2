using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Support;

/// <summary>Words of the API, which no page and no message may use: a person has never seen them.</summary>
public static class ApiWords
{
    private static readonly Regex s_words = new(
        $@"(?<!\w)(GET|PUT|POST|DELETE|PATCH) /|(?<!\w)/api/|\boptions\.[a-z]|(?<![$\w])({string.Join('|', Members<JobPolicy>().Concat(Members<TaskKind>()).Where(w => w.Contains('_')).Concat(["deviceId", "deviceIds", "maxWorkers", "maxTokens"]))})\b",
        RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));

    /// <summary>The first one in a text, with what stands around it; null when there is none.</summary>
    public static string? In(string text) =>
        s_words.Match(text) is { Success: true } found ? text[Math.Max(0, found.Index - 40)..Math.Min(text.Length, found.Index + found.Length + 40)] : null;

    private static IEnumerable<string> Members<T>()
        where T : struct, Enum =>
        typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name).OfType<string>();
}
