using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage.Artifacts;
using Orleans.Hosting;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Orleans in this process and the services around it.</summary>
public static class OrchestratorSetup
{
    public static WebApplicationBuilder AddOrchestrator(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(s => s.GetRequiredService<Microsoft.Extensions.Options.IOptions<Configuration.DashboardOptions>>().Value);
        builder.UseOrleans(orleans => orleans.UsePortlessClustering("edgemesh-" + Guid.NewGuid().ToString("N")).UseMonotonicTime());
        var services = builder.Services;
        builder.AddCheckedOptions<OrchestratorOptions>(OrchestratorOptions.Section);
        builder.AddCheckedOptions<Core.Jobs.JobLimits>("EdgeMesh:Jobs");
        builder.AddCheckedOptions<ArtifactOptions>(ArtifactOptions.Section);
        services.AddSingleton<ArtifactStore>();
        services.AddSingleton<IModelSettings, ModelSettings>();
        foreach (var filter in Core.Placement.PlacementFilters.Standard)
        {
            services.AddSingleton(filter);
        }

        services.AddSingleton<Beats.SelfDoubt>().AddSingleton<FleetFeed>().AddSingleton<PlacedWork>().AddSingleton<PlanContexts>().AddSingleton<JobFeed>().AddSingleton<OpenJobs>().AddSingleton<JobHistory>().AddSingleton<Attempts.AttemptRunner>();
        services.AddSingleton<Attempts.JobReports>().AddSingleton<Attempts.Acknowledgements>().AddSingleton<OrchestratorEpoch>();
        services.AddSingleton<Enrolment.JoinTokenChanges>().AddSingleton<DeviceStore>().AddHostedService(s => s.GetRequiredService<DeviceStore>());
        services.AddSingleton<IDeviceRegistry>(s => s.GetRequiredService<DeviceStore>());
        services.AddSingleton<IAuthorityRotation, AuthorityRotation>();
        services.AddSingleton<ILinkSink, GrainLinkSink>().AddSingleton<IFleet, MeshFleet>().AddSingleton<IJobs, MeshJobs>();
        services.AddSingleton<Rehearsal>().AddHostedService(s => s.GetRequiredService<Rehearsal>()).AddSingleton<Health.IReadinessCheck>(s => s.GetRequiredService<Rehearsal>());
        services.AddSingleton<HistoryQuota>().AddHostedService(s => s.GetRequiredService<HistoryQuota>());
        services.AddSingleton<HistoryCompaction>().AddHostedService(s => s.GetRequiredService<HistoryCompaction>());
        services.AddSingleton<Hedges>().AddHostedService(s => s.GetRequiredService<Hedges>());
        services.AddSingleton<Recovery>().AddHostedService(s => s.GetRequiredService<Recovery>());
        return builder;
    }
}
