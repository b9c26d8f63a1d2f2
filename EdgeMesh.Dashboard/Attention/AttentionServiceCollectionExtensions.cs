namespace EdgeMesh.Dashboard.Attention;

/// <summary>What needs a person's attention, and what was dismissed of it.</summary>
public static class AttentionServiceCollectionExtensions
{
    public static IServiceCollection AddAttention(this IServiceCollection services) =>
        services.AddSingleton<IDismissals, Dismissals>().AddHostedService<AttentionWatch>();
}
