namespace EdgeMesh.Dashboard.Api;

/// <summary>The REST API, its description, and the health endpoints.</summary>
public static class ApiComposition
{
    /// <summary>Needs IFleet, IJobs, IModels, IQaiHub, IJoinTokens, IApiKeys, IModelSettings, IAudit, ISessions, ILanAccess, IJoinRequests and IAuthorityRotation.</summary>
    public static WebApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.ConfigureHttpJsonOptions(o => ApiJson.Configure(o.SerializerOptions));
        builder.Services.AddDescription();
        return builder;
    }

    public static WebApplication MapApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapHealth();
        var api = app.MapGroup("/api");
        api.MapDevices();
        api.MapPlan();
        api.MapJobs();
        api.MapModels();
        api.MapQaiHub();
        api.MapAccessApi();
        api.MapSettings();
        api.MapTrustApi();
        app.MapDescription();
        return app;
    }
}
