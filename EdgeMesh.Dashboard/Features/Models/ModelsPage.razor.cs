using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace EdgeMesh.Dashboard.Features.Models;

/// <summary>Which model is where, what is on its way, and getting another.</summary>
public sealed partial class ModelsPage
{
    private const int MostEnded = 4;
    private static readonly TimeSpan EndedIsShown = TimeSpan.FromMinutes(10);
    private ImmutableArray<ModelRow> _rows = [];
    private GetModelCard? _get;
    private Problem? _error;

    [Inject]
    private IModels Models { get; set; } = null!;

    [Inject]
    private IFleet Fleet { get; set; } = null!;

    [Inject]
    private IDialogService Service { get; set; } = null!;

    private IReadOnlyList<ModelTransfer> Shown
    {
        get
        {
            var all = Value?.Transfers ?? [];
            return [.. all.Where(t => !t.IsOver), .. all.Where(t => t.IsOver && t.EndedAt > Now - EndedIsShown).Take(MostEnded)];
        }
    }

    private string Sentence
    {
        get
        {
            var own = _rows.Count(r => !r.WithAgent);
            var coming = Value?.Transfers.Count(t => !t.IsOver) ?? 0;
            var have = own == 0 ? "No model but what comes with the agents." : $"{Format.Capital(Format.Count(own))} {(own == 1 ? "model" : "models")} besides what comes with the agents.";
            return coming == 0 ? have : $"{have} {Format.Capital(Format.Count(coming))} on the way.";
        }
    }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        await Models.RefreshAsync(CancellationToken.None);
    }

    protected override Task<ILiveSubscription<ModelsSnapshot>?> SubscribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ILiveSubscription<ModelsSnapshot>?>(Models.Subscribe());

    // Engines tell of their models by the fleet, which moves on its own: looked at with every render, once a second at least.
    protected override bool ShouldRender()
    {
        _rows = ModelMatrix.Of(Fleet.Current, Value ?? ModelsSnapshot.Empty);
        return true;
    }

    protected override Task ChangedAsync()
    {
        _rows = ModelMatrix.Of(Fleet.Current, Value ?? ModelsSnapshot.Empty);
        return Task.CompletedTask;
    }

    private void Cancel(string transfer) => _error = Models.Cancel(transfer) is { Code: not "transfer_over" } problem ? problem : null;

    private Task OfferAsync((ModelRow Row, DeviceSnapshot To) wish)
    {
        var from = wish.Row.Places.First(p => p.CanBeRelayed);
        return _get!.OfferAsync(from.Device.Id, wish.Row.Id, wish.To.Id);
    }

    private async Task RemoveAsync((ModelRow Row, ModelPlace Place) wish)
    {
        var (row, place) = wish;
        var elsewhere = row.Places.Length > 1 ? "It stays on the other devices that have it." : "No other device has it.";
        if (await ConfirmDialog.AskAsync(Service, $"Remove {row.Id} from {place.Device.Name}?", $"This frees {ModelWords.Size(place.Bytes)} there. {elsewhere}", "Remove model"))
        {
            _error = await Models.RemoveAsync(place.Device.Id, row.Id, confirmed: false, CancellationToken.None);
            if (_error is { Code: "needs_confirmation" } question)
            {
                _error = await ConfirmDialog.AskAsync(Service, $"Remove it from the engine of {place.Device.Name} all the same?", question.Detail, "Remove it there too")
                    ? await Models.RemoveAsync(place.Device.Id, row.Id, confirmed: true, CancellationToken.None) : null;
            }
        }
    }
}
