namespace EdgeMesh.Dashboard.Audit;

/// <summary>The audit log and the gate in front of what it tells of.</summary>
public static class AuditSetup
{
    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services
            .AddSingleton<AuditLog>().AddSingleton<IAudit>(s => s.GetRequiredService<AuditLog>()).AddHostedService(s => s.GetRequiredService<AuditLog>())
            .AddSingleton<IDeeds, Deeds>();
}
