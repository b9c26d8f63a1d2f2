using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace EdgeMesh.Tests.Architecture;

/// <summary>
/// The rooms of a project (its folders) need each other in one direction only, and so do the folders within a folder: read from the built assemblies. A folder and those
/// within it are one room. What lies in no folder of a project is a room of its own.
/// </summary>
public sealed class NamespaceCycles
{
    private const string NoFolder = "(no folder)";
    private const int Shown = 6;

    [Theory]
    [InlineData("EdgeMesh.Core", "EdgeMesh.Core")]
    [InlineData("EdgeMesh.QaiHub", "EdgeMesh.QaiHub")]
    [InlineData("EdgeMesh.QaiHub.Emulator", "EdgeMesh.QaiHub.Emulator")]
    [InlineData("EdgeMesh.Agent", "edgemesh-agent")]
    [InlineData("EdgeMesh.Dashboard", "EdgeMesh.Dashboard")]
    public void Rooms_AreInNoCircle(string project, string assembly)
    {
        var needs = Needs(project, assembly);
        Assert.True(needs.Count > 100, "The assembly was not read.");
        Assert.Equal("", string.Join('\n', Folders(project, needs).Select(folder => Circle(folder, needs, folder == project)).Where(found => found.Length > 0)));
    }

    [Fact]
    public void Circle_OfThree_IsFoundAndWhatLeadsIntoItIsLeftOut()
    {
        Need[] needs = [new("P.a", "P.b", "A", "B"), new("P.b", "P.c.deep", "B", "C"), new("P.b", "P.c", "B", "C2"), new("P.c", "P.b", "C", "B"), new("P.c", "P.d", "C", "D")];
        Assert.Equal("P: b -> c (2): B needs C, B needs C2\nP: c -> b (1): C needs B", Circle("P", needs, hasTypes: true));
        Assert.Equal("", Circle("P.c", needs, hasTypes: false));
    }

    [Fact]
    public void Circle_WithinAFolder_IsOneOfItsFoldersAndNeverOfWhatLiesInItself()
    {
        Need[] needs = [new("P.a.x", "P.a.y", "X", "Y"), new("P.a.y", "P.a.x", "Y", "X"), new("P.a.z", "P.a", "Z", "A"), new("P.a", "P.a.z", "A", "Z"), new("P", "P.a.x", "P", "X")];
        Assert.Equal(["P", "P.a"], Folders("P", needs));
        Assert.Equal("P.a: x -> y (1): X needs Y\nP.a: y -> x (1): Y needs X", Circle("P.a", needs, hasTypes: false));
        Assert.Equal("", Circle("P", needs, hasTypes: true));
        Assert.Equal("P: (no folder) -> a (1): P needs X\nP: a -> (no folder) (1): A needs P", Circle("P", [.. needs, new("P.a", "P", "A", "P")], hasTypes: true));
    }

    private static List<Need> Needs(string project, string assembly)
    {
        var needs =
            from type in new ArchLoader().LoadAssemblies(System.Reflection.Assembly.Load(assembly)).Build().Types
            where IsOf(project, type)
            from dependency in type.Dependencies
            where IsOf(project, dependency.Target) && dependency.Target.Namespace.FullName != type.Namespace.FullName
            select new Need(type.Namespace.FullName, dependency.Target.Namespace.FullName, type.Name, dependency.Target.Name);
        return [.. needs.Distinct()];
    }

    private static bool IsOf(string project, IType type) =>
        type.Namespace?.FullName is { } name && (name == project || name.StartsWith(project + ".", StringComparison.Ordinal));

    /// <summary>The project and every folder of it that has others within.</summary>
    private static IEnumerable<string> Folders(string project, IEnumerable<Need> needs) =>
        needs.SelectMany(n => Above(n.From).Concat(Above(n.To))).Where(f => f.Length >= project.Length).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Above(string name)
    {
        for (var end = name.LastIndexOf('.'); end > 0; end = name.LastIndexOf('.', end - 1))
        {
            yield return name[..end];
        }
    }

    /// <summary>Which of the folders within one need each other in a circle, by which types; empty when none do.</summary>
    /// <param name="hasTypes">Whether what lies in the folder itself is a room, too.</param>
    private static string Circle(string folder, IEnumerable<Need> needs, bool hasTypes)
    {
        var left = needs.Select(n => (From: Room(n.From), To: Room(n.To), Need: n)).Where(n => n.From is not null && n.To is not null && n.From != n.To).ToList();
        while (true)
        {
            // Takes away what needs nothing that is left, and what nothing needs, until only circles and what lies between them remain.
            var (from, to) = (left.Select(n => n.From).ToHashSet(), left.Select(n => n.To).ToHashSet());
            if (left.RemoveAll(n => !from.Contains(n.To) || !to.Contains(n.From)) == 0)
            {
                return string.Join('\n', left.GroupBy(n => (n.From, n.To), n => n.Need).Select(g => $"{folder}: {g.Key.From} -> {g.Key.To} ({g.Count()}): {Words(g)}").Order(StringComparer.Ordinal));
            }
        }

        string? Room(string name) =>
            name == folder ? hasTypes ? NoFolder : null
            : name.StartsWith(folder + ".", StringComparison.Ordinal) ? name[(folder.Length + 1)..].Split('.')[0]
            : null;
    }

    private static string Words(IEnumerable<Need> needs) =>
        string.Join(", ", needs.Take(Shown).Select(n => $"{n.Type} needs {n.Target}"));

    /// <summary>A type of one namespace needs one of another.</summary>
    private sealed record Need(string From, string To, string Type, string Target);
}
