using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>How devices come into the mesh.</summary>
public static class EnrolmentSetup
{
    public static IServiceCollection AddEnrolment(this IServiceCollection services)
    {
        services.AddSingleton<OrchestratorKey>().AddSingleton<EnrolNonces>().AddSingleton<DeviceEnrolment>();
        services.AddSingleton<JoinTokens>().AddSingleton<IJoinTokens>(s => s.GetRequiredService<JoinTokens>());
        services.AddSingleton<JoinRequests>().AddSingleton<IJoinRequests>(s => s.GetRequiredService<JoinRequests>());
        return services;
    }
}
