using System.Text.RegularExpressions;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Architecture;

/// <summary>Rules that only the text of the sources can show.</summary>
public sealed partial class SourceHygiene
{
    private static readonly string[] Projects = ["EdgeMesh.Core", "EdgeMesh.QaiHub", "EdgeMesh.QaiHub.Emulator", "EdgeMesh.Agent", "EdgeMesh.Dashboard"];

    [Fact]
    public void ProductSources_StayUnder500Lines() =>
        Assert.Empty(Sources().Where(f => File.ReadLines(f).Count() > 500).Select(Name));

    [Fact]
    public void ProductSources_HaveNothingLeftUndone() =>
        Assert.Empty(Sources().Where(f => Undone().IsMatch(File.ReadAllText(f))).Select(Name));

    [Fact]
    public void Program_IsCompositionOnly() =>
        Assert.All(
            Projects[2..].Select(p => Path.Combine(BuiltPrograms.RepositoryRoot, p, "Program.cs")),
            f => Assert.InRange(File.ReadLines(f).Count(), 1, 60));

    [Fact]
    public void EveryPackageOfTheProduct_HasItsLicenceOnTheSettingsPage()
    {
        var starts = EdgeMesh.Dashboard.Features.Settings.Licence.All.SelectMany(l => l.Packages.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var packages = Projects.SelectMany(p => PackageReference().Matches(File.ReadAllText(Path.Combine(BuiltPrograms.RepositoryRoot, p, p + ".csproj")))
            .Where(m => !m.Value.Contains("PrivateAssets", StringComparison.Ordinal)).Select(m => m.Groups[1].Value)).Distinct().ToList();
        Assert.True(packages.Count > 15, $"Only {packages.Count} packages were found.");
        Assert.DoesNotContain(packages, p => !starts.Exists(s => p.StartsWith(s, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"<PackageReference Include=""([^""]+)""[^>]*>")]
    private static partial Regex PackageReference();

    [Fact]
    public void Pages_LinkBelowTheDashboardsOwnAddress() =>
        Assert.Empty(Sources()
            .Where(f => f.Contains("Features", StringComparison.Ordinal) || f.Contains("Components", StringComparison.Ordinal))
            .SelectMany(f => RootedLink().Matches(File.ReadAllText(f)).Select(m => $"{Name(f)}: {m.Value}")));

    [Fact]
    public void PageTests_ActInOneTurnOfTheRenderer() =>
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "Components"), "*.cs", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is not "PageContext.cs" && File.ReadAllText(f) is var text && (text.Contains(": MeshPages", StringComparison.Ordinal) || text.Contains(": JobPageContext", StringComparison.Ordinal)))
            .SelectMany(f => File.ReadLines(f).Where(l => LooseEvent().IsMatch(l)).Select(l => $"{Name(f)}: {l.Trim()}")));

    // Between finding an element and acting on it the page may render and refuse the event: PageContext.Do and Press do both in one turn.
    [GeneratedRegex(@"^(?!.*\bDo\().*\.(?:Click|Input|Change|Submit|KeyDown|Focus|Blur)\(")]
    private static partial Regex LooseEvent();

    [Fact]
    public void Pages_LinkToFilesOfTheApi_ForTheirSessionOnly() =>
        Assert.Empty(Sources()
            .Where(f => f.EndsWith(".razor", StringComparison.Ordinal))
            .SelectMany(f => BareApiLink().Matches(File.ReadAllText(f)).Select(m => $"{Name(f)}: {m.Value}")));

    // A link carries no header, so it needs a mark of its session: IFileLinks.
    [GeneratedRegex(@"(?:href|src)=""api/[^""]*""")]
    private static partial Regex BareApiLink();

    // A proxy may show the dashboard under a path: "/jobs" would leave it.
    [GeneratedRegex(@"(?:href|Href|src|action)=""(?:@\(\$?"")?/[a-z""][^""]*""|(?:NavigateTo|ToAbsoluteUri)\(\$?""/[^""]*""")]
    private static partial Regex RootedLink();

    [GeneratedRegex(@"TODO|FIXME|HACK\b|NotImplementedException")]
    private static partial Regex Undone();

    private static string Name(string file) => Path.GetRelativePath(BuiltPrograms.RepositoryRoot, file);

    private static IEnumerable<string> Sources()
    {
        char separator = Path.DirectorySeparatorChar;
        var files = Projects
            .SelectMany(p => Directory.EnumerateFiles(Path.Combine(BuiltPrograms.RepositoryRoot, p), "*.*", SearchOption.AllDirectories))
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Where(f => !f.Contains($"{separator}obj{separator}", StringComparison.Ordinal)
                && !f.Contains($"{separator}bin{separator}", StringComparison.Ordinal)
                && !f.Contains($"{separator}Migrations{separator}", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        return files;
    }
}
