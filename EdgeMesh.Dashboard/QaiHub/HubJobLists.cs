using System.Collections.Concurrent;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Reads the lists of the account's own jobs, in short forms. Colleagues' jobs of the same organization are not among them: they are listed when someone asks for them, and
/// read when someone opens them.
/// </summary>
public sealed class HubJobLists(HubBoard board, HubJobBook book, HubJobReader reader, HubPace pace, TimeProvider time)
{
    /// <summary>Short forms of one question.</summary>
    public const int PageSize = 200;

    /// <summary>Pages that are read to catch up with what was made elsewhere since the last look.</summary>
    private const int MaxPages = 10;

    /// <summary>Single jobs that one round reads here, so that the lists come round again.</summary>
    private const int MaxReads = 10;

    private static readonly TimeSpan Followed = TimeSpan.FromMinutes(10);
    private static readonly ImmutableArray<JobState> Running =
        [JobState.Created, JobState.OptimizingModel, JobState.ProvisioningDevice, JobState.MeasuringPerformance, JobState.RunningInference, JobState.QuantizingModel, JobState.LinkingModels];

    private readonly ConcurrentDictionary<string, DateTimeOffset> _opened = new();

    /// <summary>A colleague's job was opened: its state is asked for as long as someone may be looking.</summary>
    public void Opened(string id) => _opened[id] = time.GetUtcNow();

    /// <summary>The newest jobs, those that run, and what ended since. True when something changed.</summary>
    public async Task<bool> ReadAsync(IQaiHubClient client, string? account, CancellationToken stop)
    {
        var known = book.Jobs.Where(j => j.IsAtService).Select(j => j.Id).ToHashSet();
        var seen = new HashSet<string>();
        var changed = false;
        for (var page = 0; page < MaxPages; page++)
        {
            var newest = await PageAsync(client, new JobQuery(page * PageSize, PageSize, account), stop);
            changed |= await TakeAsync(newest, stop);
            seen.UnionWith(newest.Items.Select(s => s.Id));
            board.Change(now => now with { Jobs = now.Jobs with { Total = newest.Total } });
            // At the first look the newest page is enough; older ones come when someone wants them.
            if (known.Count == 0 || newest.Items.Length < PageSize || newest.Items.Any(s => known.Contains(s.Id)))
            {
                break;
            }
        }

        changed |= await ReadRunningAsync(client, account, seen, stop);
        return changed | await ReadOpenedAsync(client, stop);
    }

    /// <summary>One page of older jobs of the account.</summary>
    public async Task MoreAsync(IQaiHubClient client, string? account, CancellationToken stop)
    {
        board.Keep(PageSize);
        var have = book.Jobs.Count(j => j is { IsOfOther: false, IsAtService: true });
        var page = await PageAsync(client, new JobQuery(have, PageSize, account), stop);
        await TakeAsync(page, stop);
        board.Change(now => now with { Jobs = now.Jobs with { Total = page.Total } });
    }

    /// <summary>A page of everybody's jobs that the token may see, or of one project; nothing of it is kept.</summary>
    public async Task<HubPage<TrackedJob>> EverybodysAsync(IQaiHubClient client, string? account, int offset, string? project, CancellationToken stop)
    {
        var page = await PageAsync(client, new JobQuery(offset, PageSize, Project: project), stop);
        var now = time.GetUtcNow();
        return new HubPage<TrackedJob>([.. page.Items.Select(s => book.Find(s.Id) ?? FromHub.With(null, s, page.Source, now) with { IsOfOther = IsOfOther(s.Owner, account) })], page.Total) { Source = page.Source };
    }

    /// <summary>Whether a job belongs to somebody else than the account; what is not told counts as one's own.</summary>
    public static bool IsOfOther(string? owner, string? account) => owner is not null && account is not null && !owner.Equals(account, StringComparison.OrdinalIgnoreCase);

    private async Task<bool> ReadRunningAsync(IQaiHubClient client, string? account, HashSet<string> seen, CancellationToken stop)
    {
        var changed = false;
        var missing = book.Jobs.Where(j => j is { IsOver: false, IsAtService: true, IsOfOther: false } && !seen.Contains(j.Id)).OrderByDescending(j => j.Here).Select(j => j.Id).ToList();
        for (var offset = 0; missing.Count > 0; offset += PageSize)
        {
            var page = await PageAsync(client, new JobQuery(offset, PageSize, account, Running), stop);
            changed |= await TakeAsync(page, stop);
            missing.RemoveAll(page.Items.Select(s => s.Id).Contains);
            if (page.Items.Length < PageSize)
            {
                break;
            }
        }

        // Neither among the newest nor running: it ended since.
        foreach (var id in missing.Take(MaxReads))
        {
            changed |= book.Find(id) is var before && await reader.ReadAsync(client, id, stop) != before;
        }

        return changed;
    }

    private async Task<bool> ReadOpenedAsync(IQaiHubClient client, CancellationToken stop)
    {
        var changed = false;
        foreach (var (id, at) in _opened.OrderByDescending(o => o.Value).Take(MaxReads).ToList())
        {
            if (time.GetUtcNow() - at > Followed || book.Find(id) is not { IsOfOther: true, IsOver: false } before)
            {
                _opened.TryRemove(id, out _);
            }
            else
            {
                changed |= await reader.ReadAsync(client, id, stop) != before;
            }
        }

        return changed;
    }

    private async Task<HubPage<HubJobSummary>> PageAsync(IQaiHubClient client, JobQuery query, CancellationToken stop)
    {
        await pace.WaitAsync(stop);
        return await client.Jobs.ListSummariesAsync(query, stop);
    }

    private async Task<bool> TakeAsync(HubPage<HubJobSummary> page, CancellationToken stop)
    {
        var changed = false;
        foreach (var summary in page.Items)
        {
            var before = book.Find(summary.Id);
            var after = FromHub.With(before, summary, page.Source, time.GetUtcNow());
            if (before is null || (before.State, before.Name, before.Source, before.Owner) != (after.State, after.Name, after.Source, after.Owner))
            {
                await book.ChangeAsync(summary.Id, known => FromHub.With(known, summary, page.Source, time.GetUtcNow()), stop);
                changed = true;
            }
        }

        return changed;
    }
}
