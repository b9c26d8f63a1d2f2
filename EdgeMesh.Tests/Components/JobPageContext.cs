using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;

namespace EdgeMesh.Tests.Components;

/// <summary>A job page by itself: fakes inside, MudBlazor around, time driven by the test.</summary>
public abstract class JobPageContext : BunitContext
{
    protected JobPageContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<IFleet>(Fleet);
        Services.AddSingleton<IJobs>(Jobs);
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(new JobLimits { MaxTextBytes = 64 * 1024 });
        Render<MudPopoverProvider>();
    }

    protected FakeTimeProvider Time { get; } = new(Samples.Now);

    protected FakeFleet Fleet { get; } = new(Samples.Device(), Samples.Device("Surface Laptop 7", 1));

    protected FakeJobs Jobs { get; } = new();

    protected Microsoft.AspNetCore.Components.NavigationManager Navigation => Services.GetRequiredService<Microsoft.AspNetCore.Components.NavigationManager>();

    protected int Subscribers => Fleet.SubscriberCount + Jobs.SubscriberCount;

    /// <summary>Lets time pass until the condition holds, so that paces and debounces end.</summary>
    protected void Pass<T>(IRenderedComponent<T> page, Action condition)
        where T : Microsoft.AspNetCore.Components.IComponent => page.WaitForAssertion(
        () =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            condition();
        },
        TimeSpan.FromSeconds(20));

    /// <summary>Takes the page away as leaving it does, and checks that nobody listens any more.</summary>
    protected async Task AssertLeavesNothingAsync()
    {
        Assert.True(Subscribers > 0, "Nobody had subscribed.");
        await DisposeComponentsAsync();
        Assert.Equal(0, Subscribers);
    }
}
