namespace EdgeMesh.Dashboard.Health;

/// <summary>The state of storage, and what keeps background services going.</summary>
public static class HealthServiceCollectionExtensions
{
    public static IServiceCollection AddHealth(this IServiceCollection services, StoragePlace place) => services
        .AddSingleton(place).AddSingleton<StorageHealth>().AddSingleton<IStorageHealth>(s => s.GetRequiredService<StorageHealth>()).AddSingleton<Steadiness>()
        .AddHostedService<StorageProbe>();
}
