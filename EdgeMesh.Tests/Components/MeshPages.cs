using Bunit;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Attention;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Dashboard.Trust;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;

namespace EdgeMesh.Tests.Components;

/// <summary>Pages over fakes, with MudBlazor's providers, a clock of its own and a browser that answers anything.</summary>
public abstract class MeshPages : PageContext
{
    private FakeSessions? _sessions;
    private IRenderedComponent<MudDialogProvider>? _dialogs;
    private IRenderedComponent<MudSnackbarProvider>? _toasts;

    protected MeshPages()
    {
        // A busy machine may take its time; a wait ends as soon as its condition holds.
        DefaultWaitTimeout = TimeSpan.FromSeconds(20);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(o => o.SnackbarConfiguration.ShowTransitionDuration = 0);
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddScoped<BrowserTime>();
        Services.AddSingleton<IFleet>(Fleet);
        Services.AddSingleton<IJobs>(Jobs);
        Services.AddSingleton<IModelSettings>(Preferred);
        Services.AddSingleton<IApiKeys>(Keys).AddSingleton<ISessions>(Sessions).AddSingleton<IAudit>(Audit).AddSingleton<IDeeds, Deeds>().AddSingleton<IFileLinks, PlainLinks>();
        Services.AddSingleton<IJoinTokens>(Tokens);
        Services.AddSingleton<IJoinRequests>(Requests).AddSingleton<ILanAccess>(Lan).AddSingleton<IAuthorityRotation>(Rotation).AddSingleton<ILoginLinks>(new FakeLoginLinks(Time));
        Services.AddSingleton(Options);
        Services.AddSingleton<IDismissals>(Dismissals);
        Services.AddSingleton<IModels>(Models);
        Services.AddSingleton<IQaiHub>(Hub);
        Services.AddSingleton<IHubData>(HubData);
        Services.AddSingleton<IProfiledLatencies>(Profiled);
        Services.AddSingleton<IArtifactInputs>(Sizes);
        Services.AddSingleton(new ModelsOptions());
        Services.AddSingleton<IStorageHealth>(Storage);
    }

    protected FakeTimeProvider Time { get; } = new(Samples.Now);

    protected FakeFleet Fleet { get; } = new();

    protected FakeJobs Jobs { get; } = new();

    protected FakeModels Models { get; } = new();

    protected FakeQaiHub Hub { get; } = new();

    protected FakeHubData HubData { get; } = new();

    protected FakeProfiledLatencies Profiled { get; } = new();

    protected FakeArtifactInputs Sizes { get; } = new();

    protected FakeStorageHealth Storage { get; } = new();

    protected FakeModelSettings Preferred { get; } = new();

    protected FakeApiKeys Keys { get; } = new();

    protected FakeAudit Audit { get; } = new();

    protected FakeSessions Sessions => _sessions ??= new FakeSessions(new Deeds(Audit));

    protected FakeJoinTokens Tokens { get; } = new();

    protected FakeJoinRequests Requests { get; } = new();

    protected FakeLanAccess Lan { get; } = new();

    protected FakeRotation Rotation { get; } = new();

    protected FakeDismissals Dismissals { get; } = new();

    protected DashboardOptions Options { get; } = new() { DataDirectory = "/home/ada/.local/share/edgemesh", EmbeddedDevice = false };

    /// <summary>Renders a page after the providers that it needs.</summary>
    protected IRenderedComponent<T> Page<T>(Action<ComponentParameterCollectionBuilder<T>>? parameters = null)
        where T : IComponent
    {
        if (_dialogs is null)
        {
            Render<MudPopoverProvider>();
            _dialogs = Render<MudDialogProvider>();
            _toasts = Render<MudSnackbarProvider>();
        }

        return Render(parameters ?? (_ => { }));
    }

    /// <summary>The open dialog, once it is there.</summary>
    protected IRenderedComponent<MudDialogProvider> Dialog()
    {
        var dialogs = _dialogs ?? throw new InvalidOperationException("Open a page first.");
        dialogs.WaitForElement(".dlg");
        return dialogs;
    }

    /// <summary>The text of the toasts, once there is one.</summary>
    protected string Toast()
    {
        var toasts = _toasts ?? throw new InvalidOperationException("Open a page first.");
        toasts.WaitForElement(".mud-snackbar");
        return toasts.Markup;
    }
}
