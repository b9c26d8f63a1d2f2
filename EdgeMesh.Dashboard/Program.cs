using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Hubs;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Trust;

return await CommandLine.RunAsync(args, async arguments =>
{
    var builder = DashboardHost.CreateBuilder(arguments);
    builder.AddOrchestrator();
    builder.AddGateway();
    builder.AddJoining();
    builder.AddModels();
    builder.AddQaiHub();
    builder.AddAccess();
    builder.AddApi();
    builder.AddHubs();
    builder.AddReadiness();
    builder.AddMeshUi();

    await using var app = builder.Build();
    app.UseDashboard();
    app.MapAccess();
    app.MapApi();
    app.MapHubs();
    app.MapAgentLink();
    app.MapTrust();
    app.MapJoining();
    app.MapMeshUi();
    await app.RunDashboardAsync();
});
