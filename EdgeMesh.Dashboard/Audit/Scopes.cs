namespace EdgeMesh.Dashboard.Audit;

/// <summary>What a key may do. <see cref="Run"/> includes reading, <see cref="Admin"/> everything.</summary>
[Flags]
public enum Scopes
{
    None = 0,

    /// <summary>See devices, models, jobs and their texts.</summary>
    Read = 1,

    /// <summary>Submit, cancel and run again.</summary>
    Run = 2,

    /// <summary>Everything else: keys, devices, models, settings, deletions.</summary>
    Admin = 4,
}

/// <summary>Scopes as words: <c>read</c>, <c>run</c>, <c>admin</c>.</summary>
public static class ScopeWords
{
    /// <summary>Every scope there is, by its word.</summary>
    public static ImmutableArray<(string Word, Scopes Scope)> All { get; } = [("read", Scopes.Read), ("run", Scopes.Run), ("admin", Scopes.Admin)];

    /// <summary>Whether these scopes include the one that is needed.</summary>
    public static bool Include(this Scopes scopes, Scopes needed) =>
        scopes.HasFlag(needed) || scopes.HasFlag(Scopes.Admin) || (needed == Scopes.Read && scopes.HasFlag(Scopes.Run));

    /// <summary>The words of these scopes.</summary>
    public static ImmutableArray<string> Words(this Scopes scopes) => [.. All.Where(s => scopes.HasFlag(s.Scope)).Select(s => s.Word)];

    /// <summary>The scopes of these words; null when one is unknown or there is none.</summary>
    public static Scopes? Parse(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var scopes = Scopes.None;
        foreach (var word in words)
        {
            var known = All.FirstOrDefault(s => s.Word == word).Scope;
            if (known == Scopes.None)
            {
                return null;
            }

            scopes |= known;
        }

        return scopes == Scopes.None ? null : scopes;
    }
}
