namespace EdgeMesh.Dashboard.Components.Layout;

/// <summary>A page in the rail, the bottom bar and the command palette. Only pages that exist.</summary>
/// <param name="Path">Its address; pages below it belong to it.</param>
/// <param name="Icon">A name of <see cref="Controls.Icon"/>.</param>
/// <param name="OnPhones">Whether it has a place in the bottom bar.</param>
/// <param name="Apart">Whether a line parts it from what is above it in the rail.</param>
public sealed record NavPage(string Path, string Name, string Icon, bool OnPhones = true, bool Apart = false)
{
    public static ImmutableArray<NavPage> All { get; } =
    [
        new("/", "Fleet", "fleet"),
        new("/jobs", "Jobs", "jobs"),
        new("/models", "Models", "models"),
        new("/qaihub", "QAI Hub", "qaihub", OnPhones: false),
        new("/settings", "Settings", "settings", Apart: true),
    ];

    /// <summary>What belongs to a page without being below it.</summary>
    public bool Has(string here) => here == Path || (Path == "/" ? here.StartsWith("/devices/", StringComparison.Ordinal) : here.StartsWith(Path + "/", StringComparison.Ordinal));
}
