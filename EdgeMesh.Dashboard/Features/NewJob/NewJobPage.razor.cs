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

    private NewJobForm _form = new();
    private PlanResult? _plan;
    private Refusal? _refusal;
    private ImmutableArray<Problem> _wrong = [];
    private IReadOnlyList<DeviceId> _order = [];
    private DateTimeOffset _pricedAt;
    private string _pricedFor = "";
    private bool _isRestored;
    private bool _planChanged;
    private string? _kindShown;
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

    /// <summary>The kind of job that the form shows.</summary>
    [SupplyParameterFromQuery(Name = "kind")]
    public string? KindText { get; set; }

    [Inject]
    private IFleet Fleet { get; set; } = null!;

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private JobLimits Limits { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private JobDrafts Drafts { get; set; } = null!;

    private bool CanRun => !_busy && _wrong.IsEmpty && _plan is { Refusal: null } && (_plan.Plan is not null || _plan.MayWait);

    private string Who => _plan?.Plan?.Placements.Select(p => p.DeviceName).Distinct().ToList() switch
    {
        [var one] => one,
        { Count: > 1 } several => $"{several.Count} devices",
        _ => "",
    };

    private string WhereShort => _plan?.Plan is null ? "" : $"on {Who}, about {Format.About(_plan.Predicted!.P50Ms)}";

    private bool IsEmpty => _form.Kind != JobKind.Sysinfo && string.IsNullOrWhiteSpace(_form.Text) && (_form.Kind != JobKind.Chat || _form.Turns.Count == 0);

    // What keeps it from running, in a sentence beside the button; empty when nothing does.
    private string Missing => _wrong is [var problem, ..] ? $"{problem.Title} {problem.Detail}"
        : _form.Policy == JobPolicy.ForceDevice && string.IsNullOrEmpty(_form.Device) ? "Choose the device that should run it."
        : IsEmpty ? $"{Texts.Label} is empty."
        : _plan is { MayWait: true, Note: { } waits } ? waits : "";

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

        if (await Drafts.ReadAsync(_form) is { } draft)
        {
            (_form, _isRestored) = (draft, true);
        }

        await base.OnInitializedAsync();
    }

    // Also when the page is open already and the command palette asks for another kind.
    protected override async Task OnParametersSetAsync()
    {
        if (KindText != _kindShown && Enum.TryParse<JobKind>(KindText, ignoreCase: true, out var kind) && Kinds.Any(k => k.Kind == kind))
        {
            await SetKindAsync(kind);
        }

        _kindShown = KindText;
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
        (_plan, _refusal, _planChanged) = (null, null, false);
        _edit++;
        Price(sort: true);
        return Drafts.KeepAsync(_form, withText: false);
    }

    // Priced when typing rests, sorted when it rests longer: nothing that is being read moves.
    private async Task ChangedByHandAsync()
    {
        (_refusal, _planChanged) = (null, false);
        var mine = ++_edit;
        await Task.Delay(PriceAfter, Time);
        if (mine != _edit)
        {
            return;
        }

        await Drafts.KeepAsync(_form, withText: false);

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

    // A text that did not come from typing: the box does not tell the browser of it.
    private async Task TextSetAsync()
    {
        await Drafts.KeepAsync(_form, withText: true);
        await ChangedByHandAsync();
    }

    private async Task StartOverAsync()
    {
        await Drafts.ClearAsync();
        (_form, _isRestored, _plan, _refusal, _planChanged) = (new NewJobForm(), false, null, null, false);
        _edit++;
        Price(sort: true);
    }

    private async Task RunAsync()
    {
        // What was shown is a promise: a model for trying out does not take its place in the moment before.
        var promised = _plan?.Plan;
        Price(sort: false);
        if (promised is { UsesTryOutModel: false } && _plan?.Plan is { UsesTryOutModel: true })
        {
            _planChanged = true;
            return;
        }

        (_busy, _refusal, _planChanged) = (true, null, false);
        try
        {
            var outcome = await Jobs.SubmitAsync(_form.Request(), CancellationToken.None);
            if (outcome.Id is { } id)
            {
                await Drafts.ClearAsync();
                Navigation.NavigateTo($"jobs/{id}");
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
