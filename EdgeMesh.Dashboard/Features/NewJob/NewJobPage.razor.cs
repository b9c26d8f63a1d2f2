using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.NewJob;

/// <summary>The form, and beside it what would run: priced when typing rests and when the fleet changes.</summary>
public sealed partial class NewJobPage
{
    private static readonly TimeSpan PriceAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SortAfter = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CalmPace = TimeSpan.FromSeconds(3);
    private static readonly (JobKind Kind, string Name, string Icon)[] Kinds =
    [
        (JobKind.Summarize, "Summarize", "summarize"), (JobKind.Chat, "Chat", "chat"), (JobKind.Code, "Code", "code"), (JobKind.Image, "Image", "image"),
        (JobKind.Sysinfo, "System", "sysinfo"),
    ];

    private readonly NewJobForm _form = new();
    private PlanResult? _plan;
    private Refusal? _refusal;
    private ImmutableArray<Problem> _wrong = [];
    private IReadOnlyList<DeviceId> _order = [];
    private DateTimeOffset _pricedAt;
    private string _pricedFor = "";
    private bool _busy;
    private long _edit;

    /// <summary>A job whose request the form starts with.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    /// <summary>A chat to go on with.</summary>
    [SupplyParameterFromQuery]
    public string? Continue { get; set; }

    /// <summary>A question to begin a chat with.</summary>
    [SupplyParameterFromQuery]
    public string? Ask { get; set; }

    /// <summary>The model that it is for.</summary>
    [SupplyParameterFromQuery]
    public string? Model { get; set; }

    [Inject]
    private IFleet Fleet { get; set; } = null!;

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private JobLimits Limits { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool CanRun => !_busy && _wrong.IsEmpty && _plan is { Refusal: null } && (_plan.Plan is not null || _plan.MayWait);

    private string Who => _plan?.Plan?.Placements.Select(p => p.DeviceName).Distinct().ToList() switch
    {
        [var one] => one,
        { Count: > 1 } several => $"{several.Count} devices",
        _ => "",
    };

    private string WhereShort => _plan?.Plan is null ? "" : $"on {Who}, about {Format.Ms(_plan.Predicted!.P50Ms)}";

    private string WhyNot => _plan is { Refusal: not null } ? "No device can run it now; the reasons are beside." : _plan?.MayWait == true ? "It waits for the device that is starting." : "";

    private (string Label, string Placeholder, string Hint) Texts => _form.Kind switch
    {
        JobKind.Summarize => ("Text", "Paste an article, notes or minutes", "Paste a text and see which device will summarize it, how long it takes and why."),
        JobKind.Chat => ("Message", "What do you want to know?", "Write a message and see which device and model will answer, how soon and why."),
        JobKind.Code => ("Prompt", "A function that reads CSV with quoted fields …", "Describe the code and see which device and model will write it."),
        JobKind.Image => ("Prompt", "A harbour at dawn, watercolour …", "Describe the picture and see which devices will draw it."),
        _ => ("Text", "", "No device has joined yet."),
    };

    protected override async Task OnInitializedAsync()
    {
        if (JobId.TryParse(Continue ?? From, out var id) && await Jobs.GetAsync(id, CancellationToken.None) is { } job && job.Request.Kind is not (JobKind.Echo or JobKind.Onnx))
        {
            if (Continue is not null)
            {
                _form.Continue(job);
            }
            else
            {
                _form.Take(job.Request);
            }
        }

        else if (Ask is not null)
        {
            (_form.Kind, _form.Text, _form.Model) = (JobKind.Chat, Ask, Model);
        }

        await base.OnInitializedAsync();
    }

    protected override Task<ILiveSubscription<FleetSnapshot>?> SubscribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ILiveSubscription<FleetSnapshot>?>(Fleet.Subscribe());

    protected override TimeSpan Tick => CalmPace;

    protected override bool IsUrgent(FleetSnapshot? shown, FleetSnapshot newer) => DeviceChange.Matters(shown, newer);

    // Figures follow the fleet every few seconds; a device that comes, goes or changes its runtimes at once.
    protected override Task ChangedAsync()
    {
        var matters = Value is null ? "" : string.Join('|', Value.Devices.Select(d => $"{d.Id}{d.State}{d.RuntimesLoaded}{d.Running.Length}{d.QueuedCount}{string.Join(',', d.Runtimes.Select(r => $"{r.Id}{r.State}{r.Models.Length}"))}"));
        if (matters != _pricedFor || Now - _pricedAt >= CalmPace)
        {
            var isFirst = _pricedFor.Length == 0;
            _pricedFor = matters;
            Price(sort: isFirst);
        }

        return Task.CompletedTask;
    }

    private Task SetKindAsync(JobKind kind)
    {
        _form.Kind = kind;
        _form.Model = null;
        (_plan, _refusal) = (null, null);
        _edit++;
        Price(sort: true);
        return Task.CompletedTask;
    }

    // Priced when typing rests, sorted when it rests longer: nothing that is being read moves.
    private async Task ChangedByHandAsync()
    {
        _refusal = null;
        var mine = ++_edit;
        await Task.Delay(PriceAfter, Time);
        if (mine != _edit)
        {
            return;
        }

        Price(sort: _order.Count == 0);
        StateHasChanged();
        await Task.Delay(SortAfter, Time);
        if (mine == _edit && _plan is not null)
        {
            _order = CostTable.Sorted(_plan);
        }
    }

    private void Price(bool sort)
    {
        var request = _form.Request();
        var wrong = JobRequestValidator.Validate(request, Limits);

        // An empty text is not a mistake yet, nor is a device that is still to be chosen.
        _wrong = [.. wrong.Where(p => p.Code is not ("text_empty" or "device_missing"))];
        _plan = wrong.IsEmpty ? Jobs.Preview(request) : null;
        _pricedAt = Now;
        if (_plan is null)
        {
            _order = [];
        }
        else if (sort)
        {
            _order = CostTable.Sorted(_plan);
        }
    }

    private async Task RunAsync()
    {
        (_busy, _refusal) = (true, null);
        try
        {
            var outcome = await Jobs.SubmitAsync(_form.Request(), CancellationToken.None);
            if (outcome.Id is { } id)
            {
                Navigation.NavigateTo($"/jobs/{id}");
                return;
            }

            (_refusal, _wrong) = (outcome.Refused, outcome.Invalid);
        }
        finally
        {
            _busy = false;
        }
    }
}
