namespace EdgeMesh.Dashboard.Storage.Artifacts;

/// <summary>What a file may be called and be. A device proposes; nothing of its proposal can leave the job's folder or run in a browser.</summary>
public static class ArtifactNames
{
    /// <summary>Most characters of a name.</summary>
    public const int Longest = 128;

    private const string Unknown = "application/octet-stream";
    private const int LongestProposal = 80;

    /// <summary>Types that are served as what they are, with their file endings (the first one is added when none fits). No type here can carry a script.</summary>
    private static readonly Dictionary<string, string[]> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["image/png"] = [".png"],
        ["image/jpeg"] = [".jpg", ".jpeg"],
        ["image/webp"] = [".webp"],
        ["text/plain"] = [".txt", ".log"],
        ["text/markdown"] = [".md"],
        ["text/csv"] = [".csv"],
        ["application/json"] = [".json"],
        ["audio/wav"] = [".wav"],
        [Unknown] = [".bin"],
    };

    /// <summary>The type on the list, or plain bytes.</summary>
    public static string ContentType(string proposed)
    {
        var bare = proposed.Split(';')[0].Trim();
        return Endings.Keys.FirstOrDefault(t => string.Equals(t, bare, StringComparison.OrdinalIgnoreCase)) ?? Unknown;
    }

    /// <summary>One plain file name: task and attempt first, so that names of different attempts never meet; then the proposal's safe characters; then the type's ending.</summary>
    public static string Canonical(TaskId task, int attempt, string proposed, string contentType)
    {
        var last = proposed[(proposed.LastIndexOfAny(['/', '\\']) + 1)..];
        var safe = string.Concat(last.Take(LongestProposal).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).Trim('.');
        var endings = Endings[contentType];
        var name = safe.Length == 0 ? "file" : safe;
        name = endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) ? name : name + endings[0];
        return $"{task.Value}{(attempt > 1 ? $".{attempt}" : "")}-{name}";
    }

    /// <summary>Whether a name is one that <see cref="Canonical"/> could have made; anything else is never looked up on the disk.</summary>
    public static bool IsCanonical(string name) =>
        name.Length is > 0 and <= Longest && name[0] == 't' && name[^1] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
