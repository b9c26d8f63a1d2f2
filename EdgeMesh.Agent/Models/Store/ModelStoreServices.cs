using EdgeMesh.Agent.Models.Store.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>Puts the model store into the agent.</summary>
public static class ModelStoreServices
{
    /// <summary>The store in <paramref name="root"/>, its installer and the guarded HTTP client, one of each. Settings may be registered before or after; there are defaults.</summary>
    /// <param name="services">Where.</param>
    /// <param name="root">The folder, usually <c>models/</c> in the agent's data directory.</param>
    public static IServiceCollection AddModelStore(this IServiceCollection services, Func<IServiceProvider, string> root)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(DeviceRoom.Real);
        services.TryAddSingleton<StoreLimits>();
        services.TryAddSingleton<HttpAccess>();
        services.TryAddSingleton<GuardedHttp>();
        services.TryAddSingleton<ModelInstaller>();
        services.TryAddSingleton(provider => ModelStore.Open(root(provider), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
