using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Models;

/// <summary>The models of the mesh.</summary>
public static class ModelsSetup
{
    /// <summary>Needs IFleet and IDeviceLinks.</summary>
    public static WebApplicationBuilder AddModels(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddCheckedOptions<ModelsOptions>(ModelsOptions.Section).CheckFolders();
        builder.Services.AddSingleton<TransferJournal>().AddSingleton<ModelBoard>().AddSingleton<ModelUploads>().AddSingleton<ModelWishes>();
        builder.Services.AddSingleton<ModelInventory>().AddHostedService(s => s.GetRequiredService<ModelInventory>());
        builder.Services.AddSingleton<TransferRunner>().AddHostedService(s => s.GetRequiredService<TransferRunner>()).AddSingleton<IModels, MeshModels>().AddSingleton<IArtifactDeployment, ArtifactDeployment>();
        builder.Services.AddSingleton<IProfiledLatencies, ProfiledLatencies>().AddSingleton<IPublishedFigures, PublishedFigures>();
        return builder;
    }
}
