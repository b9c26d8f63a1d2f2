using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace EdgeMesh.Tests.Architecture;

/// <summary>
/// The rooms of a project (its folders) need each other in one direction only, and so do the folders within a folder: read from the built assemblies. What lies in no folder
/// of a project is a room of its own. Of what lies in a folder itself, a part may be below the folders within (what they share) and a part above (what puts them
/// together), and nothing both.
/// </summary>
public sealed class NamespaceCycles
{
    private const string NoFolder = "(no folder)";
    private const int Shown = 6;

    /// <summary>Every project, with the name of its assembly.</summary>
    public static TheoryData<string, string> Projects { get; } = new()
    {
        { "EdgeMesh.Core", "EdgeMesh.Core" },
        { "EdgeMesh.QaiHub", "EdgeMesh.QaiHub" },
        { "EdgeMesh.QaiHub.Emulator", "EdgeMesh.QaiHub.Emulator" },
        { "EdgeMesh.Agent", "edgemesh-agent" },
        { "EdgeMesh.Dashboard", "EdgeMesh.Dashboard" },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_AreInNoCircle(string project, string assembly)
    {
        var needs = Needs(project, assembly);
        Assert.True(needs.Count > 100, "The assembly was not read.");
        AssertNone(Folders(project, needs).Select(folder => Circle(folder, needs, folder == project)).Where(found => found.Length > 0));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void WhatLiesInAFolder_IsAboveThoseWithinOrBelow(string project, string assembly) => AssertNone(Both(Needs(project, assembly)));

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

    [Fact]
    public void Both_IsWhatAFolderWithinNeedsAndWhatNeedsItInTurn()
    {
        Need[] apart = [new("P.a", "P", "A", "Shared"), new("P", "P.a", "Setup", "A")];
        Assert.Empty(Both(apart));
        Assert.Equal(["P.a needs Shared, and P needs it in turn: Other needs A"], Both([.. apart, new("P", "P", "Shared", "Other"), new("P", "P.a", "Other", "A")]));
    }

    // Whole: an assertion about strings would show the beginning only.
    private static void AssertNone(IEnumerable<string> found)
    {
        var all = string.Join('\n', found);
        Assert.True(all.Length == 0, all);
    }

    private static List<Need> Needs(string project, string assembly)
    {
        var needs =
            from type in new ArchLoader().LoadAssemblies(System.Reflection.Assembly.Load(assembly)).Build().Types
            where IsOf(project, type)
            from dependency in type.Dependencies
            where IsOf(project, dependency.Target)
            select new Need(type.Namespace.FullName, dependency.Target.Namespace.FullName, type.Name, dependency.Target.Name);
        return [.. needs.Distinct()];
    }

    private static bool IsOf(string project, IType type) =>
        type.Namespace?.FullName is { } name && (name == project || name.StartsWith(project + ".", StringComparison.Ordinal));

    /// <summary>The project and every folder of it that has others within.</summary>
    private static IEnumerable<string> Folders(string project, IEnumerable<Need> needs) =>
        needs.SelectMany(n => Around(n.From).Concat(Around(n.To))).Where(f => f.Length >= project.Length).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Around(string name)
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

    /// <summary>The folders that need something of one around them which, by itself or by what it needs there, needs them in turn.</summary>
    private static IEnumerable<string> Both(IReadOnlyCollection<Need> needs)
    {
        var byPlaces = needs.ToLookup(n => (n.From, n.To));
        foreach (var up in byPlaces.Where(p => p.Key.From.StartsWith(p.Key.To + ".", StringComparison.Ordinal)).OrderBy(p => p.Key.From, StringComparer.Ordinal))
        {
            var (inner, outer) = up.Key;
            var below = up.Select(n => n.Target).ToHashSet();
            while (byPlaces[(outer, outer)].Where(n => below.Contains(n.Type)).Select(n => n.Target).ToList() is { } more && !below.IsSupersetOf(more))
            {
                below.UnionWith(more);
            }

            var back = byPlaces[(outer, inner)].Where(n => below.Contains(n.Type)).ToList();
            if (back.Count > 0)
            {
                yield return $"{inner} needs {string.Join(", ", up.Select(n => n.Target).Distinct().Take(Shown))}, and {outer} needs it in turn: {Words(back)}";
            }
        }
    }

    private static string Words(IEnumerable<Need> needs) =>
        string.Join(", ", needs.Take(Shown).Select(n => $"{n.Type} needs {n.Target}"));

    /// <summary>A type of one namespace needs one of the same or of another.</summary>
    private sealed record Need(string From, string To, string Type, string Target);
}
