using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Attention;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Embedded;
using EdgeMesh.Dashboard.Hubs;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>The whole dashboard, put together in its one order.</summary>
public static class DashboardApp
{
    /// <summary>Everything there is, not started yet.</summary>
    /// <param name="more">What a test adds before it is built.</param>
    /// <param name="settings">What a test sets before the features read it.</param>
    /// <exception cref="StartupException">The data folder or an address cannot be used.</exception>
    public static WebApplication Build(DashboardArguments arguments, Action<WebApplicationBuilder>? more = null, Action<ConfigurationManager>? settings = null)
    {
        var builder = DashboardHost.CreateBuilder(arguments);
        settings?.Invoke(builder.Configuration);
        builder.AddOrchestrator();
        builder.AddGateway();
        builder.AddEmbeddedDevice();
        builder.AddJoining();
        builder.AddModels();
        builder.AddQaiHub();
        builder.AddAccess();
        builder.AddApi();
        builder.AddHubs();
        builder.AddReadiness();
        builder.AddMeshUi();
        builder.Services.AddAttention();
        more?.Invoke(builder);

        var app = builder.Build();
        app.UseDashboard();
        app.MapAccess();
        app.MapApi();
        app.MapHubs();
        app.MapAgentLink();
        app.MapTrust();
        app.MapJoining();
        app.MapMeshUi();
        return app;
    }
}
