using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.Models;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;

namespace EdgeMesh.Dashboard.Features.Models;

/// <summary>First the forecast, then, with the same order, the transfer.</summary>
public sealed partial class GetModelCard : IDisposable
{
    private static readonly ImmutableArray<ChoiceOption<SourceKind>> Kinds =
    [
        new(SourceKind.HuggingFace, "Hugging Face"), new(SourceKind.Url, "Address"), new(SourceKind.Upload, "Upload"), new(SourceKind.Folder, "Folder"), new(SourceKind.Device, "Another device"), new(SourceKind.Ollama, "Ollama"),
    ];

    private readonly GetModelForm _form = new();
    private readonly CancellationTokenSource _gone = new();
    private ImmutableArray<InstallForecast> _forecasts = [];
    private ElementReference _heading;
    private Problem? _problem;
    private string _pick = "";
    private bool _busy;
    private bool _uploading;
    private long _sent;
    private long _edit;

    [Parameter, EditorRequired]
    public ImmutableArray<DeviceSnapshot> Devices { get; set; } = [];

    [Parameter, EditorRequired]
    public ImmutableDictionary<DeviceId, DeviceModels> Stores { get; set; } = null!;

    [Inject]
    private IModels Models { get; set; } = null!;

    [Inject]
    private ModelsOptions Options { get; set; } = null!;

    // More than these are searched, not looked through.
    private bool IsMany => Devices.Length > 8;

    // What is chosen stays in sight.
    private IEnumerable<DeviceSnapshot> Pickable => !IsMany ? Devices
        : Devices.Where(d => _form.Devices.Contains(d.Id) || d.Name.Contains(_pick.Trim(), StringComparison.CurrentCultureIgnoreCase)).OrderByDescending(d => _form.Devices.Contains(d.Id));

    private IEnumerable<InstallForecast> Fitting => _forecasts.Where(f => f.FitsDisk && (f.FitsMemory != false || _form.EvenIfMemoryIsShort));

    private string Label => _busy ? "Looking" : _forecasts.IsEmpty || !Fitting.Any() ? "See if it fits"
        : _forecasts.Length == 1 ? $"Get it on {_forecasts[0].DeviceName}" : $"Get it on {Format.Count(Fitting.Count())} {(Fitting.Count() == 1 ? "device" : "devices")}";

    private IEnumerable<(string Value, string Name)> Offers =>
        from store in Stores.Values
        let device = Devices.FirstOrDefault(d => d.Id == store.Device)
        where device is not null
        from model in store.Models
        where !model.BuiltIn
        select (GetModelForm.Offer(store.Device, model.Id), $"{model.Id} from {device.Name}");

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <summary>Shows the card to whoever works without looking at it.</summary>
    public async Task FocusAsync() => await _heading.FocusAsync();

    /// <summary>Fills in a relay to one device and says whether it fits.</summary>
    public async Task OfferAsync(DeviceId from, string model, DeviceId to)
    {
        (_form.Kind, _form.From) = (SourceKind.Device, GetModelForm.Offer(from, model));
        _form.Devices.Clear();
        _form.Devices.Add(to);
        Change(() => { });
        await FocusAsync();
        await GoAsync();
        StateHasChanged();
    }

    protected override void OnParametersSet()
    {
        // With one device there is nothing to choose.
        if (_form.Devices.Count == 0 && Devices is [{ State: DeviceState.Online } only])
        {
            _form.Devices.Add(only.Id);
        }
    }

    private static string Text(ChangeEventArgs e) => (e.Value as string ?? "").Trim();

    private void Change(Action change)
    {
        change();
        _edit++;
        (_forecasts, _problem) = ([], null);
    }

    private void Toggle(DeviceId device, bool on) => Change(() =>
    {
        _form.Devices.Remove(device);
        if (on)
        {
            _form.Devices.Add(device);
        }
    });

    private async Task GoAsync()
    {
        if (_busy || _form.Order(Stores) is not { } order)
        {
            return;
        }

        (_busy, _problem) = (true, null);
        var mine = _edit;
        var fitting = Fitting.Select(f => f.Device).ToImmutableArray();
        if (fitting.IsEmpty)
        {
            var (forecasts, problem) = await Models.PreviewAsync(order, _gone.Token);
            (_forecasts, _problem) = mine == _edit ? (forecasts, problem) : (_forecasts, _problem);
        }
        else
        {
            _problem = (await Models.InstallAsync(order with { Devices = fitting }, _gone.Token)).Problem;
            if (_problem is null)
            {
                _forecasts = [];
                _form.Sent();
            }
        }

        if (_problem is { Code: "upload_unknown" })
        {
            _form.UploadIsGone();
        }

        _busy = false;
    }

    private async Task UploadAsync(InputFileChangeEventArgs e)
    {
        Change(() => _form.Upload = null);
        (_uploading, _sent) = (true, 0);
        foreach (var file in e.GetMultipleFiles(GetModelForm.MostFiles))
        {
            await using var stream = new Counted(file.OpenReadStream(Options.MaxUploadBytes, _gone.Token), read =>
            {
                _sent += read;
                StateHasChanged();
            });
            (_form.Upload, _problem) = file.Size > Options.MaxUploadBytes
                ? (null, ModelProblems.UploadTooLarge(Options.MaxUploadBytes))
                : await Models.UploadAsync(_form.Upload?.Id, file.Name, stream, _gone.Token);
            if (_problem is not null)
            {
                break;
            }
        }

        _uploading = false;
    }
}
