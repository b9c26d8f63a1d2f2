using System.Net;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Storage;

/// <summary>A disk that is full, or a database that another program holds, costs nothing but time: it is said, nothing is lost, and all goes on when it works again.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Full_KeepsWhatHappens_SaysSo_AndStoresItWhenThereIsRoom()
    {
        await using var disk = await SmallDisk.MountAsync();
        await using var mesh = await MeshHost.StartAsync(disk["data"]);
        var (one, id) = await RunningAsync(mesh);
        var two = await mesh.JoinAsync("Two");
        disk.Fill();
        await RefusedAsync(mesh, "The disk of the data folder is full.");
        var (token, refused) = await mesh.PostAsync("/api/join-tokens");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_failed"), (token.StatusCode, refused.GetProperty("code").GetString()));

        // What happens meanwhile: a job's end, an act for the audit log, a device that is seen, the use of the key.
        one.Runs.Single().Text("not lost").Succeed();
        await mesh.Services.GetRequiredService<IAudit>().AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, "kept meanwhile");
        mesh.Services.GetRequiredService<DeviceStore>().Seen(mesh.Fleet.Current.Find(two.Id)! with { LastSeen = DateTimeOffset.UnixEpoch.AddDays(1) }, draining: false);
        Assert.False((await mesh.Jobs.GetAsync(id, Test))!.IsFinished);

        disk.Free();
        await WorksAsync(mesh);
        Assert.Equal("not lost", (await mesh.EndedAsync(id)).Result!.Text);
        await Until.TrueAsync("the line of the audit log", async () => await mesh.SqlAsync("SELECT COUNT(*) FROM Audit WHERE Target = 'kept meanwhile'") == 1);
        await Until.TrueAsync("the device's row", async () => await mesh.SqlAsync("SELECT COUNT(*) FROM Devices WHERE LastSeenMs = 86400000") == 1);
        Assert.Null((await mesh.Services.GetRequiredService<IAudit>().CheckAsync(Test)).BrokenAt);
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "again")))).State);
    }

    [Fact]
    public async Task Full_SignOutWorks_AndStaysDone()
    {
        await using var disk = await SmallDisk.MountAsync();
        await using var mesh = await MeshHost.StartAsync(disk["data"]);
        await mesh.JoinAsync("One");
        var sessions = mesh.Services.GetRequiredService<EdgeMesh.Dashboard.Access.Sessions.Sessions>();
        var key = mesh.Services.GetRequiredService<EdgeMesh.Dashboard.Access.ApiKeys>().Admin!.Id;
        var (session, _) = await sessions.BeginAsync(key, null, IPAddress.Loopback, "A browser", Test);
        disk.Fill();
        await RefusedAsync(mesh, "The disk of the data folder is full.");

        Assert.True(await sessions.EndAsync(session, TimeSpan.Zero, Test));
        Assert.False(sessions.See(session));
        Assert.True(sessions.Ended(session).IsCancellationRequested);
    }

    [Fact]
    public async Task Locked_IsSaid_AndEndsByItself()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        await using Microsoft.Data.Sqlite.SqliteConnection other = new($"Data Source={Path.Combine(mesh.Data, "edgemesh.db")};Pooling=False");
        await other.OpenAsync(Test);
        await using var holding = other.BeginTransaction();
        var probe = mesh.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<StorageProbe>().Single();
        Assert.Equal(StorageCondition.Locked, StorageFailure.Of(await probe.TryAsync(Test)));
        await RefusedAsync(mesh, "Another program has locked the database.");
        await holding.RollbackAsync(Test);
        // It may be trying by itself at the same moment.
        await Until.TrueAsync("the probe to write", async () => await probe.TryAsync(Test) is null);
        await WorksAsync(mesh);
    }

    private static async Task<(FakeDevice Device, JobId Id)> RunningAsync(MeshHost mesh)
    {
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        one.OnRun = run => run.Started().Succeed();
        return (one, id);
    }

    /// <summary>Submits are refused with a remedy, and /readyz says why.</summary>
    private static async Task RefusedAsync(MeshHost mesh, string cause)
    {
        await Until.TrueAsync("a submit to be refused", async () => (await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""")).Answer.StatusCode == HttpStatusCode.ServiceUnavailable);
        var (answer, problem) = await mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("storage_failed", problem.GetProperty("code").GetString());
        Assert.StartsWith(cause, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("remedy").GetString()!);
        var (ready, checks) = await mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains(checks.GetProperty("checks").EnumerateArray(), c => c.GetProperty("missing").GetString() == cause);
    }

    private static Task WorksAsync(MeshHost mesh) => Until.TrueAsync(
        "storage to work again", async () => (await mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"))).Body.GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("name").GetString() == "database").All(c => c.GetProperty("ok").GetBoolean()));
}
