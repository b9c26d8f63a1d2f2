using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Dashboard.QaiHub.Zoo;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Qualcomm AI Hub in the dashboard.</summary>
public static class HubSetup
{
    /// <summary>Needs IFleet, the database, data protection and IArtifactDeployment.</summary>
    public static WebApplicationBuilder AddQaiHub(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = builder.AddCheckedOptions<QaiHubOptions>(QaiHubOptions.Section);
        services.TryAddSingleton(s => new QaiHubClientFactory(s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IQaiHubClientFactory>(s => s.GetRequiredService<QaiHubClientFactory>());
        services.TryAddSingleton(s => s.GetRequiredService<QaiHubClientFactory>().CreateDoctor());
        if (options.Emulator)
        {
            services.AddSingleton<EmulatorConfiguration>().AddSingleton<IHubConfiguration>(s => s.GetRequiredService<EmulatorConfiguration>());
            services.AddHostedService(s => s.GetRequiredService<EmulatorConfiguration>());
        }
        else
        {
            services.TryAddSingleton(new ConfigFinder());
            services.AddSingleton<IHubConfiguration, ServiceConfiguration>();
        }

        services.AddSingleton<HubSettingsStore>().AddSingleton<HubBoard>().AddSingleton<HubAccounts>().AddSingleton<HubClients>().AddSingleton<HubJobStore>().AddSingleton<HubReader>();
        services.AddSingleton<HubPace>().AddSingleton<HubJobBook>().AddSingleton<HubJobReader>().AddSingleton<HubJobLists>().AddSingleton<HubFollowUps>();
        services.AddSingleton<HubUploadNotes>().AddSingleton<HubUploads>().AddHostedService(s => s.GetRequiredService<HubUploads>()).AddSingleton<HubArtifacts>().AddSingleton<HubLogs>().AddSingleton<HubWaits>().AddSingleton<HubOrders>();
        services.AddSingleton<IArtifactInputs, HubArtifactInputs>();
        services.AddSingleton<HubTracker>().AddHostedService(s => s.GetRequiredService<HubTracker>());
        services.AddSingleton<IQaiHub, MeshQaiHub>();
        services.AddSingleton<HubDataNotes>().AddSingleton<IHubData, HubData>();
        services.AddSingleton<IModelZoo, ModelZoo>();
        return builder;
    }
}
