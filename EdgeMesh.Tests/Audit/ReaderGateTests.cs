using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Dashboard.Trust;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Audit;

/// <summary>What pages call, called by one who may only look: pages have no endpoints in front of them.</summary>
public sealed class ReaderGateTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reader_ChangesNothing_ByNoServiceOfThePages()
    {
        await using var mesh = await MeshHost.StartWithPagesAsync();
        var device = (await mesh.JoinAsync("One")).Id;
        var services = mesh.Services;
        var (fleet, jobs, models) = (mesh.Fleet, mesh.Jobs, services.GetRequiredService<IModels>());
        var (hub, data) = (services.GetRequiredService<IQaiHub>(), services.GetRequiredService<IHubData>());
        Actors.Enter(new Actor("reader", Guid.NewGuid(), "this computer", Scopes.Read));

        Refused(await fleet.DrainAsync(device, Test));
        Refused(await fleet.ResumeAsync(device, Test));
        Refused(await fleet.ProveAsync(device, Test));
        Refused(await fleet.RenameAsync(device, "Mine", Test));
        Refused(await fleet.ForgetAsync(device, Test));
        Refused(await fleet.AllowEngineAsync(device, "ollama:x", 0, true, Test));
        Refused((await jobs.SubmitAsync(Samples.Job().Request, Test)).Refused?.Problem);
        Refused(await jobs.CancelAsync(JobId.New(Samples.Now), "reader", Test));
        Refused(await jobs.DeleteAsync(JobId.New(Samples.Now), Test));
        Refused((await models.InstallAsync(new ModelOrder([device], new ModelSource.Url("https://example.org/x.onnx", null, null, null)), Test)).Problem);
        Refused(await models.RemoveAsync(device, "x", true, Test));
        Refused(models.Cancel("x"));
        Refused((await models.UploadAsync(null, "x.onnx", Stream.Null, Test)).Problem);
        Refused(await services.GetRequiredService<IApiKeys>().DeleteAsync(Guid.NewGuid(), null, Test));
        Refused(await services.GetRequiredService<ISessions>().EndAsync(Guid.NewGuid(), Test));
        Refused(await services.GetRequiredService<IJoinRequests>().ApproveAsync(device, Test));
        Refused(await services.GetRequiredService<IJoinRequests>().RefuseAsync(device));
        Refused(await services.GetRequiredService<ILanAccess>().SetAsync(true, Test));
        Refused(await services.GetRequiredService<IModelSettings>().SaveAsync(ModelPreferences.Default, Test));
        Refused(await hub.SaveAsync(new HubSettingsWish("https://example.org", null), Test));
        Refused((await hub.ReceiveAsync(null, "x.onnx", Stream.Null, Test)).Problem);
        Refused((await hub.SendAsync("x", "x", Test)).Problem);
        Refused((await hub.DeployAsync("x", [device], Test)).Problem);
        Refused(hub.Resume("x"));
        Refused(hub.Cancel("x"));
        Refused(await data.RemoveAsync("x", Test));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => services.GetRequiredService<IApiKeys>().CreateAsync("x", Scopes.Admin, null, Test));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => services.GetRequiredService<IJoinTokens>().CreateAsync("x", Test));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => services.GetRequiredService<IJoinTokens>().RevokeAsync(Guid.NewGuid(), Test));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => services.GetRequiredService<IAuthorityRotation>().RotateAsync(Test));

        Actors.Enter(Actor.Dashboard);
        Assert.Equal("One", fleet.Current.Find(device)!.Name);
        var lines = (await services.GetRequiredService<IAudit>().ReadAsync(new AuditQuery(null, "reader", null, 200, null), Test)).Items;
        Assert.True(lines.Length > 12, $"Only {lines.Length} refusals were written down.");
        Assert.All(lines, l => Assert.NotEmpty(l.Refusal));
    }

    private static void Refused(Problem? problem) => Assert.Equal(Deeds.ScopeMissing, problem?.Code);
}
