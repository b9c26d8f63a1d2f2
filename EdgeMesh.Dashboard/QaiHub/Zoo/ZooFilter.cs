namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <summary>Which models, and which of their builds, are wanted; null is any.</summary>
/// <param name="Search">Words that must all be in its name, id or task, or in the name of a chip.</param>
/// <param name="InMesh">Only builds for chips that the mesh has.</param>
public sealed record ZooFilter(string? Search = null, string? Task = null, string? Chipset = null, string? Runtime = null, string? Precision = null, bool InMesh = false)
{
    public static ZooFilter None { get; } = new();

    /// <summary>The models with a build that fits, each with those builds only.</summary>
    /// <param name="has">Whether the mesh has a chip.</param>
    public ImmutableArray<ZooModel> Apply(ImmutableArray<ZooModel> models, Func<ZooChip, bool> has)
    {
        var words = (Search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. models.Where(m => Task is null || m.Task == Task)
                .Select(m => m with { Builds = [.. m.Builds.Where(b => Fits(b, has) && words.All(w => Names(m, b, w)))] })
                .Where(m => !m.Builds.IsEmpty),
        ];
    }

    private static bool Names(ZooModel model, ZooBuild build, string word) =>
        ((string[])[model.Name, model.Id, model.Task, build.Chip.Name, build.Chip.Device, build.Chip.Chipset]).Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private bool Fits(ZooBuild build, Func<ZooChip, bool> has) =>
        (Chipset is null || build.Chip.Chipset == Chipset) && (Runtime is null || build.Runtime.Value == Runtime) && (Precision is null || build.Precision == Precision) && (!InMesh || has(build.Chip));
}
