using EdgeMesh.Dashboard.Features.NewJob;

namespace EdgeMesh.Tests.Components.NewJob;

public sealed class TextEditTests
{
    [Theory]
    [InlineData("", 0, 0, "abc", "abc")]
    [InlineData("abc", 3, 0, "d", "abcd")]
    [InlineData("abc", 0, 3, "", "")]
    [InlineData("abc", 1, 1, "XY", "aXYc")]
    [InlineData("a\r\nb\rc", 4, 0, "!", "a\nb\n!c")]
    [InlineData("Löwe 🦁", 5, 2, "🐯", "Löwe 🐯")]
    public void Apply_AReplacedPart_GivesTheNewText(string before, int start, int removed, string inserted, string after) =>
        Assert.Equal(after, new TextEditEventArgs { Start = start, Removed = removed, Inserted = inserted, Length = after.Length }.Apply(before));

    [Theory]
    [InlineData(-1, 0, "", 3)]
    [InlineData(4, 0, "", 3)]
    [InlineData(2, 2, "", 1)]
    [InlineData(0, -2, "", 3)]
    [InlineData(0, 1, "x", 7)]
    [InlineData(int.MaxValue, int.MaxValue, "", 0)]
    public void Apply_WhatDoesNotFit_IsNull(int start, int removed, string inserted, int length) =>
        Assert.Null(new TextEditEventArgs { Start = start, Removed = removed, Inserted = inserted, Length = length }.Apply("abc"));

    [Fact]
    public void Apply_TheWholeText_NeedsNoTextBefore()
    {
        Assert.Equal("new", new TextEditEventArgs { Removed = TextEditEventArgs.All, Inserted = "new", Length = 3 }.Apply("something else"));
        Assert.Null(new TextEditEventArgs { Removed = TextEditEventArgs.All, Inserted = "new", Length = 4 }.Apply(""));
    }
}
