using System.Reflection;
using System.Reflection.Emit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Architecture;

/// <summary>Sentences of pages, problems, refusals and the terminal use no words of the API. Read from the built assemblies, so no component is forgotten.</summary>
public sealed class WordsForPeople
{
    private static readonly Assembly[] Products = [typeof(JobRequest).Assembly, typeof(IQaiHubClient).Assembly, Assembly.Load("edgemesh-agent"), typeof(IFleet).Assembly];

    // The API's own reference, and what reads a body that only a program can have written.
    private static readonly string[] ForPrograms = ["EdgeMesh.Dashboard.Api.", "EdgeMesh.Core.Jobs.JobRequestJsonConverter", "EdgeMesh.Core.Jobs.JobOptionsJsonConverter"];

    [Fact]
    public void Sentences_UseNoWordsOfTheApi()
    {
        var all = Products.SelectMany(Sentences).ToList();
        Assert.True(all.Count > 3_000, "The assemblies were not read.");
        Assert.Empty(all.Where(s => ApiWords.In(s.Text) is not null).Select(s => $"{s.Type}: {s.Text}").Distinct());
    }

    [Fact]
    public void Sentences_SayNothingThatWasRetired()
    {
        var found = Products.SelectMany(Sentences).Where(s => RetiredWords.In(s.Text) is not null).Select(s => $"{RetiredWords.In(s.Text)} in {s.Type}: {s.Text}").Distinct().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("An assumption from the hardware: nothing like it has run yet.")]
    [InlineData("p50–p90, origin")]
    [InlineData("The reasons are beside.")]
    [InlineData("An input is not one.")]
    public void RetiredWords_InASentence_AreSeen(string text) => Assert.NotNull(RetiredWords.In(text));

    [Theory]
    [InlineData("Choose the policy BEST_AVAILABLE, or add a device.")]
    [InlineData("options.temperature is 0 to 2.")]
    [InlineData("Enter a token (PUT /api/qaihub/settings).")]
    [InlineData("The policy needs a deviceId.")]
    public void ApiWords_InASentence_AreSeen(string text) => Assert.NotNull(ApiWords.In(text));

    private static IEnumerable<(string Type, string Text)> Sentences(Assembly assembly) =>
        from type in assembly.GetTypes()
        where type.FullName!.StartsWith("EdgeMesh.", StringComparison.Ordinal) && !ForPrograms.Any(p => type.FullName!.StartsWith(p, StringComparison.Ordinal))
        from method in type.GetMembers(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance).OfType<MethodBase>()
        from text in Literals(method)
        where text.Contains(' ', StringComparison.Ordinal)
        select (type.FullName!, text);

    // Whatever looks like "load this string" and names one is taken for it: too many rather than too few.
    private static IEnumerable<string> Literals(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] == OpCodes.Ldstr.Value && code[i + 4] == 0x70 && Resolve(method.Module, BitConverter.ToInt32(code, i + 1)) is { } text)
            {
                yield return text;
            }
        }
    }

    private static string? Resolve(Module module, int token)
    {
        try
        {
            return module.ResolveString(token);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
