using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Features.NewJob;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;

namespace EdgeMesh.Tests.Components;

/// <summary>A job page by itself: fakes inside, MudBlazor around, time driven by the test.</summary>
public abstract class JobPageContext : PageContext
{
    protected JobPageContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<IFleet>(Fleet);
        Services.AddSingleton<IJobs>(Jobs).AddSingleton<IFileLinks, PlainLinks>();
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddScoped<BrowserTime>().AddScoped<JobDrafts>();
        Services.AddSingleton(new JobLimits { MaxTextBytes = 64 * 1024 });
        Render<MudPopoverProvider>();
    }

    protected FakeTimeProvider Time { get; } = new(Samples.Now);

    protected FakeFleet Fleet { get; } = new(Samples.Device(), Samples.Device("Surface Laptop 7", 1));

    protected FakeJobs Jobs { get; } = new();

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected int Subscribers => Fleet.SubscriberCount + Jobs.SubscriberCount;

    /// <summary>Lets time pass until the condition holds, so that paces and debounces end.</summary>
    protected void Pass<T>(IRenderedComponent<T> page, Action condition)
        where T : IComponent
    {
        Exception? last = null;
        var held = SpinWait.SpinUntil(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(50));
                try
                {
                    // On the renderer's own thread, so that the page is not looked at while it changes.
                    page.InvokeAsync(condition).GetAwaiter().GetResult();
                    return true;
                }
                catch (Exception e) when (e is Xunit.Sdk.XunitException or ElementNotFoundException)
                {
                    last = e;
                    return false;
                }
            },
            TimeSpan.FromSeconds(10));
        Assert.True(held, $"In vain: {last?.Message}");
    }

    /// <summary>Takes the page away as leaving it does, and checks that nobody listens any more.</summary>
    protected async Task AssertLeavesNothingAsync()
    {
        Assert.True(Subscribers > 0, "Nobody had subscribed.");
        await DisposeComponentsAsync();
        Assert.Equal(0, Subscribers);
    }
}
