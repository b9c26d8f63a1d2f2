using EdgeMesh.Agent.Tasks;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>A file goes out in small pieces.</summary>
public sealed class TaskRunArtifactTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(65_536, 1)]
    [InlineData(65_537, 2)]
    [InlineData(200_000, 4)]
    public void Artifact_AnySize_IsPiecesOfAtMost64KiBWithTheLastMarked(int bytes, int pieces)
    {
        var data = Enumerable.Range(0, bytes).Select(n => (byte)(n * 7)).ToArray();
        using var run = new TaskRun(new TaskRequest { JobId = "j", TaskId = "t1", Attempt = 1 });

        run.Artifact("a.png", "image/png", data);

        var chunks = run.Read(0).Updates.ConvertAll(u => u.Artifact);
        Assert.Equal(pieces, chunks.Count);
        Assert.All(chunks, c => Assert.Equal(("a.png", "image/png"), (c.Name, c.ContentType)));
        Assert.All(chunks, c => Assert.True(c.Data.Length <= 64 * 1024));
        Assert.Equal(Enumerable.Repeat(false, pieces - 1).Append(true), chunks.Select(c => c.Last));
        Assert.Equal(data, chunks.SelectMany(c => c.Data));
    }
}
