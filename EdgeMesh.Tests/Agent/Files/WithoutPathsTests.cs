using EdgeMesh.Agent.Files;

namespace EdgeMesh.Tests.Agent.Files;

public sealed class WithoutPathsTests
{
    [Theory]
    [InlineData("Access to the path '/home/ada/my models/x.onnx' is denied.", "Access to the path '…/x.onnx' is denied.")]
    [InlineData("Load model from /root/.local/share/edgemesh-agent/models/folders/m/0a/model.onnx failed: bad", "Load model from …/model.onnx failed: bad")]
    [InlineData(@"Could not find C:\Users\Ada\data\model.onnx.", "Could not find …/model.onnx.")]
    [InlineData("Nothing listens at http://127.0.0.1:11434/v1/models. Start it.", "Nothing listens at http://127.0.0.1:11434/v1/models. Start it.")]
    [InlineData("/v1 answered and/or 3/4 of it", "/v1 answered and/or 3/4 of it")]
    [InlineData("onnx/model.onnx_data is cut off", "onnx/model.onnx_data is cut off")]
    public void In_AbsolutePaths_KeepsTheirLastPart(string text, string expected) => Assert.Equal(expected, WithoutPaths.In(text));
}
