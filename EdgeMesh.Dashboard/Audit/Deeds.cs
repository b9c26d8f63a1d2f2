namespace EdgeMesh.Dashboard.Audit;

/// <summary>The one gate of what changes the mesh: who acts needs the scope, and it is written down, done or refused.</summary>
public interface IDeeds
{
    /// <summary>Acts when the one who acts now may administer; returns the refusal of the act itself, or why it was not tried.</summary>
    Task<Problem?> DoAsync(string action, string target, Func<Task<Problem?>> act);

    /// <summary>The same for an act that gives something and has no refusal of its own.</summary>
    /// <exception cref="UnauthorizedAccessException">The one who acts may not.</exception>
    Task<T> MakeAsync<T>(string action, string target, Func<Task<T>> act);
}

/// <inheritdoc cref="IDeeds"/>
public sealed class Deeds(IAudit audit) : IDeeds
{
    /// <summary>Code of the problem of somebody who may not.</summary>
    public const string ScopeMissing = "scope_missing";

    public async Task<Problem?> DoAsync(string action, string target, Func<Task<Problem?>> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        var actor = Actors.Current;
        var refusal = Missing(actor, Scopes.Admin);
        try
        {
            refusal ??= await act();
        }
        catch (Exception e)
        {
            await audit.AddAsync(actor, action, target, e is OperationCanceledException ? "It was broken off." : "It failed.");
            throw;
        }

        await audit.AddAsync(actor, action, target, refusal?.Title);
        return refusal;
    }

    public async Task<T> MakeAsync<T>(string action, string target, Func<Task<T>> act)
    {
        ArgumentNullException.ThrowIfNull(act);
        var made = default(T)!;
        var refusal = await DoAsync(action, target, async () =>
        {
            made = await act();
            return null;
        });
        return refusal is null ? made : throw new UnauthorizedAccessException($"{refusal.Title} {refusal.Detail} {refusal.Remedy}");
    }

    /// <summary>Why the one who acts now may not; null when it may.</summary>
    public static Problem? Missing(Scopes needed) => Missing(Actors.Current, needed);

    /// <summary>Why this actor may not; null when it may.</summary>
    public static Problem? Missing(Actor actor, Scopes needed)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.May.Include(needed)
            ? null
            : new Problem(ScopeMissing, "This key may not do that.", $"It needs the scope {string.Join(' ', needed.Words())}; the key {actor.Name} has {Said(actor.May)}.", "Use a key that has it, such as the one in admin.key, or make one in Settings.");
    }

    private static string Said(Scopes scopes) => scopes.Words() is { IsEmpty: false } words ? string.Join(", ", words) : "none";
}
