using CsCheck;
using EdgeMesh.Dashboard.Storage.Artifacts;

namespace EdgeMesh.Tests.Storage;

/// <summary>Whatever a device proposes, the name is one plain file name.</summary>
public sealed class ArtifactNamesTests
{
    private static readonly string[] Types = ["image/png", "text/html", "application/json", "IMAGE/PNG; q=1", ""];

    [Fact]
    public void Canonical_AnyProposal_IsAPlainNameOfItsAttempt() =>
        Gen.Select(Gen.String, Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 4].Select(i => Types[i])).Sample((proposed, task, number, type) =>
        {
            var name = ArtifactNames.Canonical(new TaskId(task), number, proposed, ArtifactNames.ContentType(type));
            return ArtifactNames.IsCanonical(name) && Path.GetFileName(name) == name && name.StartsWith($"t{task}", StringComparison.Ordinal) && !name.Contains('\\', StringComparison.Ordinal);
        });

    [Fact]
    public void Canonical_DifferentAttempts_NeverMeet()
    {
        var first = ArtifactNames.Canonical(new TaskId(1), 1, "2-a.png", "image/png");
        var second = ArtifactNames.Canonical(new TaskId(1), 2, "a.png", "image/png");
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("Image/PNG; charset=x", "image/png")]
    [InlineData("text/html", "application/octet-stream")]
    [InlineData("image/svg+xml", "application/octet-stream")]
    [InlineData("application/xhtml+xml", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    public void ContentType_OffTheList_IsPlainBytes(string proposed, string expected) => Assert.Equal(expected, ArtifactNames.ContentType(proposed));

    [Theory]
    [InlineData("..")]
    [InlineData("t1-a/b")]
    [InlineData("t1-a\\b")]
    [InlineData("t1-a\0")]
    [InlineData("admin.key")]
    [InlineData("")]
    public void IsCanonical_Others_AreNot(string name) => Assert.False(ArtifactNames.IsCanonical(name));
}
