using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Embedded;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>The way of every request, in order.</summary>
public static class Pipeline
{
    public static WebApplication UseDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseTrustedProxies();
        app.UseSubPath();
        app.UseSecurityHeaders();
        app.UseHostGuard();
        app.UseOriginGuard();
        app.UseProblems();
        // A person at an address that is no page gets the page that says so; programs get a problem.
        app.UseWhen(IsForPeople, people => people.UseStatusCodePagesWithReExecute("/not-found"));
        app.UseAssets();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAuthentication();
        app.UseLogin();
        app.UseRevocation();
        app.UseActors();
        app.UseAuthorization();
        app.UseScopes();
        app.UseRateLimiter();
        app.Use((context, next) => context.RequestServices.GetRequiredService<LongRequests>().RunAsync(context, next));
        app.UseRequestSize();
        app.UseAntiforgery();
        // The framework's and MudBlazor's own scripts and styles: needed by the login page too.
        app.MapStaticAssets().AllowAnonymous();
        return app;
    }

    private static bool IsForPeople(HttpContext context) => HttpMethods.IsGet(context.Request.Method) && RequestKind.IsForPeople(context.Request);

    /// <summary>The checks behind <c>/readyz</c>.</summary>
    public static WebApplicationBuilder AddReadiness(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IReadinessCheck, DatabaseReadiness>();
        builder.Services.AddSingleton<IReadinessCheck, OrchestratorReadiness>();
        builder.Services.AddSingleton<IReadinessCheck, EmbeddedDeviceReadiness>();
        return builder;
    }
}
