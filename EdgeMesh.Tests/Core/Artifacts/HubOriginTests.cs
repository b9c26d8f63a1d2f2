using EdgeMesh.Core.Artifacts;

namespace EdgeMesh.Tests.Core.Artifacts;

public sealed class HubOriginTests
{
    [Theory]
    [InlineData(true, "QAI Hub emulator job jp1q2w3e5, model mqd4x0gnq")]
    [InlineData(false, "QAI Hub job jp1q2w3e5, model mqd4x0gnq")]
    public void Parse_WhatWasWritten_IsTheSame(bool emulated, string words)
    {
        var origin = new HubOrigin("mqd4x0gnq", "jp1q2w3e5", emulated);

        Assert.Equal(words, origin.ToString());
        Assert.Equal(origin, HubOrigin.Parse(words));
    }

    [Theory]
    [InlineData("hf:org/name@main")]
    [InlineData("QAI Hub job jp1q2w3e5")]
    [InlineData("QAI Hub job , model m")]
    [InlineData("QAI Hub job j, model m and more")]
    public void Parse_AnotherSource_IsNone(string source) => Assert.Null(HubOrigin.Parse(source));

    [Fact]
    public void Line_IsTheOneThatTheEmulatorWrites() => Assert.Equal(EdgeMesh.QaiHub.EmulatedPlaceholder.FirstLine, EmulatedArtifact.Line);

    [Theory]
    [InlineData("EDGEMESH-EMULATED-PLACEHOLDER\nqnn_dlc", true)]
    [InlineData("EDGEMESH-EMULATED-PLACEHOLDER", false)]
    [InlineData("\u0008\u0008 EDGEMESH-EMULATED-PLACEHOLDER\n", false)]
    [InlineData("", false)]
    public void IsMarked_FirstLine_Tells(string content, bool marked) =>
        Assert.Equal(marked, EmulatedArtifact.IsMarked(System.Text.Encoding.ASCII.GetBytes(content)));
}
