using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.MeshModels;

/// <summary>What names say, and which wishes are no wishes.</summary>
public sealed class ModelFactsTests
{
    [Theory]
    [InlineData("onnx-community--qwen3-0.6b", 0.6)]
    [InlineData("llama-3.2-1b-instruct", 1.0)]
    [InlineData("qwen2.5-coder-14b", 14.0)]
    [InlineData("wordnet-chat", null)]
    [InlineData("model-4bit", null)]
    [InlineData("phi3b", null)]
    public void BillionsIn_ReadsWhatTheNameSays(string id, double? billions) => Assert.Equal(billions, ModelFacts.BillionsIn(id));

    [Fact]
    public async Task Relay_ChunksOfAnOlderWant_AreDropped()
    {
        var stop = TestContext.Current.CancellationToken;
        var wants = new List<WantFile>();
        var files = new RelayFiles(wants.Add);
        files.Ask("a", 0);
        await files.ArrivedAsync(Chunk(1, 1), stop);
        var second = files.Ask("a", 5);
        await files.ArrivedAsync(Chunk(1, 2), stop);
        await files.ArrivedAsync(Chunk(2, 3), stop);
        await files.ArrivedAsync(new FileChunk { Want = 2, Last = true }, stop);
        var buffer = new byte[8];
        Assert.Equal(1, await files.ReadAsync(second, buffer, stop));
        Assert.Equal(3, buffer[0]);
        Assert.Equal(0, await files.ReadAsync(second, buffer, stop));
        Assert.Equal([0L, 5L], wants.Select(w => w.Offset));
    }

    [Fact]
    public async Task Relay_Broken_SaysWhy()
    {
        var files = new RelayFiles(_ => { });
        var want = files.Ask("a", 0);
        files.End("The other device went away.");
        var failure = await Assert.ThrowsAsync<ModelStoreException>(async () => await files.ReadAsync(want, new byte[8], TestContext.Current.CancellationToken));
        Assert.Equal("The other device went away.", failure.Message);
    }

    private static FileChunk Chunk(int want, byte value) => new() { Want = want, Data = Google.Protobuf.ByteString.CopyFrom(value) };
}
