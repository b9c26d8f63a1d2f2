using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>The compile form: every change is checked before anything is sent.</summary>
public sealed partial class HubCompilePage
{
    private readonly HubCompileForm _form = new();
    private ImmutableArray<HubFinding> _findings = [];
    private ImmutableArray<HubDataset> _datasets = [];
    private Problem? _problem;
    private bool _busy;

    [Inject]
    private IHubData Data { get; set; } = null!;

    /// <summary>A model to begin with.</summary>
    [SupplyParameterFromQuery(Name = "model")]
    private string? ModelId { get; set; }

    /// <summary>A device to begin with, as <see cref="HubWords.Key"/>.</summary>
    [SupplyParameterFromQuery(Name = "device")]
    private string? DeviceKey { get; set; }

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        var (devices, models) = (Qai.DevicesAsync(now: false, Stays), Qai.ModelsAsync(Stays));
        _form.Device = (await devices).Devices.FirstOrDefault(d => HubWords.Key(d) == DeviceKey);
        if ((await models).Items.Any(m => m.Id == ModelId))
        {
            await PickModelAsync(ModelId!);
        }

        _datasets = (await Data.ListAsync(Stays)).Items;
    }

    private bool CanBeCompiled(HubModel model) =>
        model.Uploaded && (model.Producer is not { } maker || model.Id == _form.ModelId || Hub.Jobs.Find(maker)?.Kind == HubJobKind.Quantize);

    private static string Text(ChangeEventArgs e) => e.Value as string ?? "";

    private async Task PickModelAsync(string id)
    {
        _form.ModelId = id;
        _form.Inputs.Clear();
        foreach (var input in id.Length == 0 ? [] : await Qai.InputsAsync(id, Stays))
        {
            _form.Inputs.Add(HubInputRow.Of(input));
        }

        await ChangeAsync(() => { });
    }

    private async Task ChangeAsync(Action change)
    {
        change();
        _problem = null;
        _findings = _form.Order() is { } order ? await Qai.CheckAsync(order, Stays) : [];
    }

    private async Task SubmitAsync()
    {
        if (_busy || _form.Order() is not { } order)
        {
            return;
        }

        _busy = true;
        var (job, problem) = await Qai.SubmitAsync(order, Stays);
        (_busy, _problem) = (false, problem);
        if (job is not null)
        {
            Navigation.NavigateTo($"qaihub/jobs/{job.Id}");
        }
    }
}
