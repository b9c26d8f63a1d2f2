using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>The history: filtered and searched by the server, read page by page, live without moving what is being read.</summary>
public sealed partial class JobsPage
{
    private const int PageSize = 100;
    private static readonly JobState[] States = [JobState.Running, JobState.Queued, JobState.Succeeded, JobState.PartiallySucceeded, JobState.Failed, JobState.Cancelled];

    private readonly JobRows _rows = new();
    private readonly AddressFilter<JobsFilter> _filter = new(JobsFilter.None);
    private ImmutableDictionary<JobState, int> _counts = ImmutableDictionary<JobState, int>.Empty;
    private string? _failure;
    private bool _loaded;
    private bool _more;
    private long _edit;

    [SupplyParameterFromQuery(Name = "state")]
    public string? StateText { get; set; }

    [SupplyParameterFromQuery(Name = "kind")]
    public string? KindText { get; set; }

    [SupplyParameterFromQuery(Name = "device")]
    public string? DeviceText { get; set; }

    [SupplyParameterFromQuery(Name = "text")]
    public string? SearchText { get; set; }

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private IFleet Fleet { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private BrowserTime Zone { get; set; } = null!;

    private JobsFilter Filter => _filter.Now;

    private JobsFilter Address => new(Parse<JobState>(StateText), Parse<JobKind>(KindText), DeviceId.TryParse(DeviceText, out var id) ? id : null, SearchText ?? "");

    private bool IsFiltered => Filter != JobsFilter.None;

    private int Total => Math.Max(_rows.Shown.Count, Filter.State is { } state ? _counts.GetValueOrDefault(state) : _counts.Values.Sum());

    private string Sentence
    {
        get
        {
            if (!_loaded)
            {
                return "Reading the history.";
            }

            if (IsFiltered)
            {
                return Total == 1 ? "One job matches." : $"{Total:N0} jobs match.";
            }

            var (running, waiting) = (_counts.GetValueOrDefault(JobState.Running), _counts.GetValueOrDefault(JobState.Queued));
            var now = (running, waiting) switch
            {
                (0, 0) => "Nothing is running.",
                (1, 0) => "One job is running.",
                (_, 0) => $"{running:N0} jobs are running.",
                (0, 1) => "One job is waiting.",
                (0, _) => $"{waiting:N0} jobs are waiting.",
                _ => $"{running:N0} running, {waiting:N0} waiting.",
            };
            return $"{now} {_counts.Values.Sum():N0} in the history.";
        }
    }

    private string Filters => string.Join(", ", new[]
    {
        Filter.Text.Length > 0 ? $"“{Filter.Text}” in its title or id" : null, Filter.State is { } s ? $"the state {Word(s).ToLowerInvariant()}" : null,
        Filter.Kind is { } k ? $"the kind “{KindWords.Name(k)}”" : null, Filter.Device is { } d ? $"a task on {Fleet.Current.NameOf(d)}" : null,
    }.Where(f => f is not null));

    // Rows with a line before each day.
    private List<(string? Day, JobSummary? Job)> Items
    {
        get
        {
            var items = new List<(string? Day, JobSummary? Job)>(_rows.Shown.Count + 8);
            DateOnly? day = null;
            foreach (var job in _rows.Shown)
            {
                var its = Zone.Day(job.CreatedAt);
                if (its != day)
                {
                    items.Add((DayName(its), null));
                    day = its;
                }

                items.Add((null, job));
            }

            return items;
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _filter.Read(Address);
        await base.OnInitializedAsync();
    }

    // Back, and links to this page from this page.
    protected override Task OnParametersSetAsync() => _filter.Read(Address) ? LoadAsync() : Task.CompletedTask;

    protected override Task<ILiveSubscription<long>?> SubscribeAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ILiveSubscription<long>?>(Jobs.SubscribeToHistory());

    protected override Task ChangedAsync() => _loaded && _failure is null ? RefreshAsync() : LoadAsync();

    private static string Pressed(bool on) => on ? "true" : "false";

    private static string Word(JobState state) => state switch { JobState.PartiallySucceeded => "Partly", JobState.Queued => "Waiting", _ => state.ToString() };

    private static T? Parse<T>(object? value)
        where T : struct, Enum => Enum.TryParse<T>(value as string, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed : null;

    private string DayName(DateOnly day) => (Zone.Day(Now).DayNumber - day.DayNumber) switch
    {
        <= 0 => "Today",
        1 => "Yesterday",
        < 7 => day.DayOfWeek.ToString(),
        _ => day.ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture),
    };

    private JobQuery Query(string? cursor) => new(Filter.State, Filter.Kind, Filter.Device, Filter.Text.Length == 0 ? null : Filter.Text, PageSize, cursor);

    private Task LoadAsync() => ReadAsync(async () =>
    {
        var mine = ++_edit;
        var (page, counts) = (await Jobs.ListAsync(Query(null), CancellationToken.None), await Jobs.CountAsync(Query(null), CancellationToken.None));
        if (mine == _edit)
        {
            _rows.Reset(page);
            (_counts, _loaded) = (counts, true);
        }
    });

    private Task RefreshAsync() => ReadAsync(async () =>
    {
        var mine = _edit;
        var (page, counts) = (await Jobs.ListAsync(Query(null), CancellationToken.None), await Jobs.CountAsync(Query(null), CancellationToken.None));
        if (mine != _edit)
        {
            return;
        }

        _counts = counts;
        foreach (var id in _rows.Refresh(page))
        {
            // It no longer fits the filters, or it was deleted; only a deleted row leaves while it may be being read.
            var found = await Jobs.ListAsync(JobQuery.First(1) with { Text = id.Value }, CancellationToken.None);
            _rows.Set(id, found.Items is [var row, ..] ? row : null);
        }
    });

    private async Task MoreAsync()
    {
        if (_more || _rows.Next is not { } cursor)
        {
            return;
        }

        _more = true;
        await ReadAsync(async () => _rows.Append(await Jobs.ListAsync(Query(cursor), CancellationToken.None)));
        _more = false;
    }

    private async Task ReadAsync(Func<Task> read)
    {
        try
        {
            await read();
            _failure = null;
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException or IOException)
        {
            (_failure, _loaded) = ($"{e.Message} The jobs themselves are safe and go on.", true);
        }
    }

    private async Task ChangeAsync(JobsFilter filter, bool typing = false)
    {
        if (await _filter.ChangeAsync(filter, typing, Time, Navigation, WordsOf))
        {
            await LoadAsync();
        }
    }

    private static Dictionary<string, object?> WordsOf(JobsFilter filter) => new()
    {
        ["state"] = filter.State?.ToString(), ["kind"] = filter.Kind?.ToString(), ["device"] = filter.Device?.Value, ["text"] = filter.Text.Length == 0 ? null : filter.Text,
    };

    private void Open(JobId id) => Navigation.NavigateTo($"jobs/{id}");

    /// <summary>What is looked for in the history.</summary>
    /// <param name="Text">In titles and ids; empty is anything.</param>
    private sealed record JobsFilter(JobState? State, JobKind? Kind, DeviceId? Device, string Text)
    {
        public static JobsFilter None { get; } = new(null, null, null, "");
    }
}
