using System.Reflection;
using System.Text.RegularExpressions;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Architecture;

/// <summary>docs/security.md names the test of each promise: every one of them is there, under that name.</summary>
public sealed partial class SecurityPromises
{
    private static readonly string s_namespace = typeof(SecurityPromises).Namespace![..typeof(SecurityPromises).Namespace!.LastIndexOf('.')];

    [Fact]
    public void EveryTest_ThatThePageNames_IsThere()
    {
        var page = File.ReadAllText(Path.Combine(BuiltPrograms.RepositoryRoot, "docs", "security.md"));
        var rows = page[page.IndexOf("## How it is tested", StringComparison.Ordinal)..].Split('\n').Where(l => l.StartsWith('|')).Skip(2).ToList();
        Assert.True(rows.Count > 40, $"Only {rows.Count} promises were found.");
        List<string> missing = [];
        foreach (var row in rows)
        {
            // A promise that names no test is one too few. A method without its class is of the class before it.
            var names = Names().Matches(row[row.LastIndexOf(" | ", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value).ToList();
            IReadOnlyList<Type> last = [];
            missing.AddRange(names.Count == 0 ? [row] : names.Where(n => !IsThere(n, ref last)));
        }

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("Access/LoginTests", true)]
    [InlineData("LoginTests", true)]
    [InlineData("Audit/LoginTests", false)]
    [InlineData("Access/NoSuchTests", false)]
    [InlineData("LoginTests.Link_…", true)]
    [InlineData("LoginTests.Link_WithTheStartToken_SetsAStrictHttpOnlyCookieThatWorks", true)]
    [InlineData("LoginTests.Link_NeverWritten_…", false)]
    [InlineData("Link_…", false)]
    public void Name_IsATestOfThisProject_OrNot(string name, bool isThere)
    {
        IReadOnlyList<Type> last = [];
        Assert.Equal(isThere, IsThere(name, ref last));
    }

    // "Folder/ClassTests", "ClassTests.Method_Begins_…", or "Method_Begins_…" of the class before.
    private static bool IsThere(string name, ref IReadOnlyList<Type> last)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var path = dot < 0 ? name : name[..dot];
        if (path.EndsWith("Tests", StringComparison.Ordinal))
        {
            var full = $".{path.Replace('/', '.')}";
            last = [.. Assembly.GetExecutingAssembly().GetTypes().Where(t => path.Contains('/', StringComparison.Ordinal) ? t.FullName == s_namespace + full : $".{t.Name}" == full)];
            return last.Count > 0 && (dot < 0 || HasMethod(last, name[(dot + 1)..]));
        }

        return HasMethod(last, name);
    }

    private static bool HasMethod(IReadOnlyList<Type> classes, string name) =>
        classes.SelectMany(c => c.GetMethods()).Any(m => name.EndsWith('…') ? m.Name.StartsWith(name[..^1], StringComparison.Ordinal) : m.Name == name);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Names();
}
