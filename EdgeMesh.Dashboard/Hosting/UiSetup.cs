using EdgeMesh.Dashboard.Components;
using MudBlazor.Services;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>The pages.</summary>
public static class UiSetup
{
    // A pasted text travels in one message; the job limit is checked after it.
    private const int LargestMessage = 16 * 1024 * 1024;

    public static WebApplicationBuilder AddMeshUi(this WebApplicationBuilder builder)
    {
        builder.Services.AddMudServices(o =>
        {
            o.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomRight;
            o.SnackbarConfiguration.VisibleStateDuration = 6_000;
            o.SnackbarConfiguration.MaximumOpacity = 100;
        });
        builder.Services.AddScoped<BrowserTime>().AddScoped<Features.NewJob.JobDrafts>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(o => o.DisconnectedCircuitMaxRetained = 20)
            .AddHubOptions(o => o.MaximumReceiveMessageSize = LargestMessage);
        return builder;
    }

    public static void MapMeshUi(this WebApplication app) => app.MapRazorComponents<App>().AddInteractiveServerRenderMode().WithStaticAssets();
}
