using System.Net;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Files that a device makes, from its stream to the API.</summary>
public sealed class ArtifactTests
{
    private static readonly byte[] Picture = [.. Enumerable.Range(0, 200_000).Select(n => (byte)(n * 31))];

    [Fact]
    public async Task Artifact_InPieces_IsStoredWholeShownAndServedAsADownload()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.Started();
            foreach (var (piece, last) in Picture.Chunk(64 * 1024).Select((p, i) => (p, i == 3)))
            {
                run.Artifact("harbour.png", "image/png", piece, last);
            }

            run.Succeed();
        };

        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.EndedAsync(id);
        var artifact = (await mesh.GetAsync($"/api/jobs/{id}")).GetProperty("result").GetProperty("artifacts")[0];

        Assert.Equal("t1-harbour.png", artifact.GetProperty("name").GetString());
        Assert.Equal("image/png", artifact.GetProperty("contentType").GetString());
        Assert.Equal(Picture.Length, artifact.GetProperty("bytes").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Picture)), artifact.GetProperty("sha256").GetString());

        using var answer = await mesh.Client.GetAsync(new Uri($"/api/jobs/{id}/artifacts/t1-harbour.png", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(Picture, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(mesh.Data, "*.part", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../../../../tmp/evil.png")]
    [InlineData("C:\\windows\\evil.png")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\0b\n.png")]
    [InlineData("NUL")]
    [InlineData("page.html")]
    public async Task Artifact_AnyName_StaysInItsJobsFolderAndIsNoPage(string name)
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Artifact(name, "text/html", "<script>alert(1)</script>"u8).Succeed();

        var id = await mesh.SubmitAsync(Samples.Request());
        var made = (await mesh.EndedAsync(id)).Result!.Artifacts.Single();

        Assert.Equal("application/octet-stream", made.ContentType);
        Assert.Matches("^t1-[A-Za-z0-9._-]*\\.bin$", made.Name);
        Assert.Equal([Path.Combine(mesh.Data, "artifacts", id.Value, made.Name)], Directory.EnumerateFiles(Path.Combine(mesh.Data, "artifacts"), "*", SearchOption.AllDirectories));
        using var answer = await mesh.Client.GetAsync(new Uri($"/api/jobs/{id}/artifacts/{made.Name}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("..%2F..%2F..%2Fadmin.key")]
    [InlineData("..%2Fadmin.key")]
    [InlineData("..%5Cadmin.key")]
    [InlineData("%2Fetc%2Fpasswd")]
    [InlineData("t1-unknown.png")]
    public async Task Artifact_PathThatNoJobMade_IsNotFound(string name)
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.EndedAsync(id);

        var (answer, problem) = await mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/artifacts/{name}"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.NotEmpty(problem.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Artifact_TooLarge_FailsTheAttemptAndLeavesNothing()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Artifacts:MaxBytes", "100000"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Artifact("a.png", "image/png", Picture.AsSpan(0, 60_000), last: false).Artifact("a.png", "image/png", Picture.AsSpan(0, 60_000)).Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(ReasonCode.BadOutput, job.Tasks.Single().Attempts.Single().Reason);
        Assert.Contains("100,000", job.Error!.Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(mesh.Data, "artifacts"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Artifact_Unfinished_FailsTheAttempt()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Artifact("a.png", "image/png", Picture, last: false).Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(mesh.Data, "artifacts"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Artifact_SameNameTwiceOrTooMany_FailsTheAttempt()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Artifacts:MaxPerAttempt", "2"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Artifact("a.txt", "text/plain", "1"u8).Artifact("a.txt", "text/plain", "2"u8).Succeed();
        Assert.Contains("a.txt", (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()))).Error!.Detail, StringComparison.Ordinal);

        one.OnRun = run => run.Started().Artifact("a.txt", "text/plain", "1"u8).Artifact("b.txt", "text/plain", "2"u8).Artifact("c.txt", "text/plain", "3"u8).Succeed();
        Assert.Contains("more than 2 files", (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()))).Error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Artifacts_OverTheTotalQuota_TheOldestJobsFilesGoFirst()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Artifacts:MaxTotalBytes", "2500"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Artifact("a.txt", "text/plain", Encoding.ASCII.GetBytes(new string('x', 1000))).Succeed();
        List<JobId> jobs = [];
        for (var n = 0; n < 3; n++)
        {
            jobs.Add(await mesh.SubmitAsync(Samples.Request()));
            var job = await mesh.EndedAsync(jobs[^1]);
            await Support.Until.TrueAsync("the next millisecond", () => TimeProvider.System.GetUtcNow() > job.CreatedAt.AddMilliseconds(2));
        }

        var answers = new List<HttpStatusCode>();
        foreach (var id in jobs)
        {
            answers.Add((await mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/artifacts/t1-a.txt"))).Answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Gone, HttpStatusCode.OK, HttpStatusCode.OK], answers);
    }

    [Fact]
    public async Task Delete_RemovesTheJobsFiles_AndAStartRemovesWhatNoJobHas()
    {
        using var data = new Support.TemporaryDirectory();
        var orphan = Path.Combine(data["data"], "artifacts", Samples.NewJobId().Value);
        JobId kept;
        await using (var mesh = await MeshHost.StartAsync(data["data"]))
        {
            var one = await mesh.JoinAsync("One");
            one.OnRun = run => run.Started().Artifact("a.txt", "text/plain", "kept"u8).Succeed();
            kept = await mesh.SubmitAsync(Samples.Request());
            var deleted = await mesh.SubmitAsync(Samples.Request());
            await mesh.EndedAsync(kept);
            await mesh.EndedAsync(deleted);
            Assert.True(Directory.Exists(Path.Combine(mesh.Data, "artifacts", deleted.Value)));

            var answer = await mesh.Client.DeleteAsync(new Uri($"/api/jobs/{deleted}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.False(Directory.Exists(Path.Combine(mesh.Data, "artifacts", deleted.Value)));
            Directory.CreateDirectory(orphan);
            await File.WriteAllTextAsync(Path.Combine(mesh.Data, "artifacts", kept.Value, "x.part"), "torn", TestContext.Current.CancellationToken);
        }

        await using var again = await MeshHost.StartAsync(data["data"]);
        Assert.False(Directory.Exists(orphan));
        Assert.Equal(["t1-a.txt"], Directory.EnumerateFiles(Path.Combine(again.Data, "artifacts", kept.Value)).Select(Path.GetFileName));
        Assert.Equal(HttpStatusCode.OK, (await again.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{kept}/artifacts/t1-a.txt"))).Answer.StatusCode);
    }
}
