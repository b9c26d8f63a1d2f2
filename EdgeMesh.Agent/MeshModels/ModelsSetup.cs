using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Http;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Discovery;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>The device's model store and its part in the mesh.</summary>
internal static class ModelsSetup
{
    public static IServiceCollection AddModels(this IServiceCollection services, AgentOptions options) => services
        .AddSingleton(new HttpAccess { AllowedHosts = options.AllowedHosts.ToImmutableHashSet(StringComparer.OrdinalIgnoreCase) })
        .AddModelStore(_ => options.ModelsDirectory)
        .AddSingleton<StoredModels>().AddHostedService(s => s.GetRequiredService<StoredModels>())
        .AddSingleton<NamedFolders>().AddSingleton<ModelSources>().AddSingleton(s => new ModelService(
            s.GetRequiredService<ModelStore>(), s.GetRequiredService<ModelInstaller>(), s.GetRequiredService<ModelSources>(), s.GetRequiredService<StoredModels>(),
            s.GetRequiredService<LocalModels>(), s.GetRequiredService<RuntimeCatalog>(), s.GetRequiredService<EngineContext>()));
}
