using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>One job, live: what runs where, what it writes, what came of it.</summary>
public sealed partial class JobPage
{
    private const int TitleChars = 140;
    private const int MostStreams = 3;
    private const int EveryStream = 24;
    private const int MostParts = 6;
    private const int BeginningChars = 600;
    private string _open = "";
    private TaskId? _selected;
    private Problem? _problem;
    private bool _every;
    private bool _busy;
    private bool _cancelling;
    private JobForecast? _forecast;

    [Parameter]
    public string Id { get; set; } = "";

    [Inject]
    private IJobs Jobs { get; set; } = null!;

    [Inject]
    private IFleet Fleet { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private ISnackbar Toasts { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private BrowserTime Zone { get; set; } = null!;

    private JobView? View => Value?.View;

    // The list cuts titles short; here is room for the whole first line, or as many whole words as make two lines.
    private string Title
    {
        get
        {
            if (View!.Request.FileName is not null)
            {
                return View.Title;
            }

            var cut = View!.Title.TrimEnd('…');
            var at = View.Title.EndsWith('…') ? View.Request.Text.IndexOf(cut, StringComparison.Ordinal) : -1;
            if (at < 0)
            {
                return View.Title;
            }

            var line = View.Request.Text.AsSpan(at);
            line = line.IndexOfAny('\r', '\n') is >= 0 and var end ? line[..end] : line;
            return line.Length <= TitleChars ? line.ToString() : $"{line[..Math.Max(cut.Length, line[..TitleChars].LastIndexOf(' '))]}…";
        }
    }

    private string Policy => View!.Request is { Policy: JobPolicy.ForceDevice, DeviceId: { } id }
        ? $"only on {View.Verdicts.FirstOrDefault(v => v.DeviceId == id)?.Name ?? id.Short}"
        : PolicyWords.Name(View.Request.Policy);

    private string Times => View is { FinishedAt: { } end } done ? $"{Zone.Seconds(done.CreatedAt)} to {Zone.Seconds(end)}" : $"started {Zone.Seconds(View!.CreatedAt)}";

    private string Size => View!.Request.Text.Length > 0 ? $"{View.Request.Text.Length:N0} characters · " : "";

    // The task whose receipt is shown: the one that was clicked, else the one that writes, else the last that has something to tell.
    private TaskView? Selected => View?.Tasks.FirstOrDefault(t => t.Id == _selected)
        ?? View?.Tasks.FirstOrDefault(t => t.State == TaskState.Running)
        ?? View?.Tasks.LastOrDefault(t => t.Current?.Receipt is not null)
        ?? View?.Tasks.LastOrDefault(t => t.Current is not null);

    private List<TaskView> Open => [.. View!.Tasks.Where(t => t.State is TaskState.Running or TaskState.Queued && t.Current is not null)];

    private string ShowAll
    {
        get
        {
            var (all, running) = (Open.Count, Open.Count(t => t.State == TaskState.Running));
            var shown = all > EveryStream ? $"{EveryStream} of {all}" : $"all {all}";
            return $"Show {shown} open tasks: {running} running, {all - running} waiting";
        }
    }

    private IEnumerable<TaskView> Streams => Open.OrderByDescending(t => t.Id == _selected).ThenByDescending(t => t.State).Take(_every ? EveryStream : MostStreams);

    private AttemptView? Measured => View!.Tasks.Select(t => t.Current).FirstOrDefault(a => a?.Receipt?.Measurement is not null);

    // Of a job without an answer: what its last attempt thought instead.
    private AttemptOutput? Thought => View!.Tasks.SelectMany(t => t.Attempts).LastOrDefault(a => a.Output.Reasoning.Length > 0)?.Output;

    private List<TaskView> Finished => [.. View!.Tasks.Where(t => t.State == TaskState.Succeeded)];

    private string Announcement => View is not { } job ? "" : job.IsFinished
        ? $"The job has ended: {job.State}."
        : Finished is [.., var last] ? $"{last.Planned.Label} done, {Finished.Count} of {job.Tasks.Length}." : "";

    protected override Task<ILiveSubscription<JobLive>?> SubscribeAsync(CancellationToken cancellationToken)
    {
        _open = Id;
        return JobId.TryParse(Id, out var id) ? Jobs.WatchAsync(id, cancellationToken) : Task.FromResult<ILiveSubscription<JobLive>?>(null);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (IsLoaded && _open != Id)
        {
            (_selected, _problem, _cancelling, _every) = (null, null, false, false);
            await OpenAsync();
        }
    }

    private static string Beginning(TaskView task)
    {
        var text = task.Current!.Output.Text;
        return text.Length == 0 ? "It wrote nothing." : text.Length > BeginningChars ? text[..BeginningChars] : text;
    }

    private int Ordinal(TaskView task) => Fleet.Current.Find(task.Current!.DeviceId)?.Ordinal ?? 0;

    private void Select(TaskId task) => _selected = task;

    private async Task CancelAsync()
    {
        _cancelling = true;
        _problem = await Jobs.CancelAsync(View!.Id, "the dashboard", CancellationToken.None);
        _cancelling = _problem is null;
    }

    private async Task RerunAsync()
    {
        _busy = true;
        try
        {
            var outcome = await Jobs.RerunAsync(View!.Id, CancellationToken.None);
            if (outcome.Id is { } id)
            {
                Navigation.NavigateTo($"jobs/{id}");
                return;
            }

            _problem = outcome.Refused?.Problem ?? outcome.Invalid[0];
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task ShareAsync()
    {
        await Js.InvokeVoidAsync("edgemeshJobs.copy", Navigation.ToAbsoluteUri($"jobs/{View!.Id}").ToString());
        Toasts.Add("Link copied. It opens for people who can sign in here.", Severity.Normal);
    }

    private async Task DeleteAsync()
    {
        if (!await ConfirmDialog.AskAsync(Dialogs, "Delete this job?", "Its text, its result, its files and its receipts are removed for good. What was learned from it stays.", "Delete job"))
        {
            return;
        }

        _problem = await Jobs.DeleteAsync(View!.Id, CancellationToken.None);
        if (_problem is null)
        {
            Navigation.NavigateTo("jobs");
        }
    }
}
