using EdgeMesh.Dashboard.Attention;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Tests.Attention;

public sealed class DismissalsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Dismiss_SurvivesARestart_AndGoesWithItsTrouble()
    {
        var first = Open();
        first.Dismiss(["lost a 1", "down b"]);
        Assert.Equal(["down b", "lost a 1"], Open().Current.Order(StringComparer.Ordinal));
        first.KeepOnly(new HashSet<string> { "down b", "other" });
        Assert.Equal(["down b"], first.Current);
        Assert.Equal(["down b"], Open().Current);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[null, 7]")]
    [InlineData("{\"a\":1}")]
    public void BrokenFile_StartsEmpty(string content)
    {
        File.WriteAllText(_directory["dismissed.json"], content);
        Assert.Empty(Open().Current);
    }

    [Fact]
    public void ManyKeys_AreBounded()
    {
        var store = Open();
        store.Dismiss(Enumerable.Range(0, 2_000).Select(i => $"down {i}"));
        Assert.InRange(store.Current.Count, 1, 500);
    }

    private Dismissals Open() => new(new DashboardOptions { DataDirectory = _directory.Path }, NullLogger<Dismissals>.Instance);
}
