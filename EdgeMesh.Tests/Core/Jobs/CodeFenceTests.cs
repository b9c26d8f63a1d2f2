using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Core.Jobs;

public sealed class CodeFenceTests
{
    [Theory]
    [InlineData("var x = 1;", "C#", "```csharp\nvar x = 1;\n```")]
    [InlineData("\nprint(1)\n", "Python", "```python\nprint(1)\n```")]
    [InlineData("x", null, "```\nx\n```")]
    [InlineData("x", "a`b\nc", "```abc\nx\n```")]
    [InlineData("  indented\n    more", "yaml", "```yaml\n  indented\n    more\n```")]
    public void Around_NoFence_GetsOneWithItsLanguage(string answer, string? language, string fenced) => Assert.Equal(fenced, CodeFence.Around(answer, language));

    [Theory]
    [InlineData("Here:\n```go\nx\n```\nDone.")]
    [InlineData("  ```\nx\n  ```")]
    [InlineData("")]
    public void Around_FencedOrEmpty_StaysAsItIs(string answer) => Assert.Equal(answer, CodeFence.Around(answer, "go"));

    [Fact]
    public void Around_CutOffInsideAFence_IsClosed() => Assert.Equal("Here:\n```go\nx\n```", CodeFence.Around("Here:\n```go\nx\n", "go"));
}
