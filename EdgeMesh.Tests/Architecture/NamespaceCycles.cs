using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using EdgeMesh.Core.Jobs;
using Model = ArchUnitNET.Domain.Architecture;

namespace EdgeMesh.Tests.Architecture;

/// <summary>Namespaces of Core need each other in one direction only: read from the built assembly.</summary>
public sealed class NamespaceCycles
{
    private const string Root = "EdgeMesh.Core.";

    [Fact]
    public void Core_Namespaces_AreInNoCircle()
    {
        Model loaded = new ArchLoader().LoadAssemblies(typeof(JobRequest).Assembly).Build();
        var needs =
            from type in loaded.Types
            where IsOurs(type)
            from dependency in type.Dependencies
            where IsOurs(dependency.Target) && dependency.Target.Namespace.FullName != type.Namespace.FullName
            select (From: type.Namespace.FullName, To: dependency.Target.Namespace.FullName, Words: $"{type.Name} needs {dependency.Target.Name}");
        var all = needs.ToList();
        Assert.True(all.Count > 100, "The assembly was not read.");
        Assert.Equal("", Circle(all));
    }

    [Fact]
    public void Circle_OfThree_IsFoundAndWhatLeadsIntoItIsLeftOut()
    {
        var found = Circle([("a", "b", "A needs B"), ("b", "c", "B needs C"), ("c", "b", "C needs B"), ("c", "d", "C needs D")]);
        Assert.Equal("b -> c: B needs C\nc -> b: C needs B", found);
        Assert.Equal("", Circle([("a", "b", ""), ("a", "c", ""), ("b", "c", "")]));
    }

    private static bool IsOurs(IType type) => type.Namespace?.FullName.StartsWith(Root, StringComparison.Ordinal) == true;

    // Takes away what needs nothing that is left, and what nothing needs, until only circles and what lies between them remain.
    private static string Circle(IReadOnlyCollection<(string From, string To, string Words)> needs)
    {
        var left = needs.ToList();
        while (true)
        {
            var (from, to) = (left.Select(n => n.From).ToHashSet(), left.Select(n => n.To).ToHashSet());
            if (left.RemoveAll(n => !from.Contains(n.To) || !to.Contains(n.From)) == 0)
            {
                return string.Join('\n', left.GroupBy(n => (n.From, n.To)).Select(g => $"{g.Key.From} -> {g.Key.To}: {string.Join(", ", g.Select(n => n.Words).Distinct().Take(4))}").Order(StringComparer.Ordinal));
            }
        }
    }
}
