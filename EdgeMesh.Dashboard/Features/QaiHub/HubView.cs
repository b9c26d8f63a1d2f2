using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.QaiHub;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>A page over what is known of QAI Hub.</summary>
public abstract class HubView : LiveView<HubSnapshot>
{
    [Inject]
    protected IQaiHub Qai { get; set; } = null!;

    [Inject]
    protected IFleet Fleet { get; set; } = null!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    protected HubSnapshot Hub => Value ?? Qai.Current;

    /// <summary>What a page began goes on when the page is left.</summary>
    protected static CancellationToken Stays => CancellationToken.None;

    protected override Task<ILiveSubscription<HubSnapshot>?> SubscribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ILiveSubscription<HubSnapshot>?>(Qai.Subscribe());

    /// <summary>Looks at the connection once after a start; from then on every answer of the service keeps it up to date. A slow host keeps no page waiting.</summary>
    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        // An answer of the service says that it is connected, and nothing of what the doctor looks at.
        if (Qai.Current.Connection is not { Status.Checks.IsEmpty: false })
        {
            _ = Qai.CheckAsync(Stays);
        }
    }
}
