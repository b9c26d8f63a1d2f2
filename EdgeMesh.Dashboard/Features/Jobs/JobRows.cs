using EdgeMesh.Dashboard.Orchestration;
using HistoryPage = EdgeMesh.Dashboard.Orchestration.JobPage;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>
/// The rows that are being read. Newer jobs are counted, not pushed in between; what is shown changes in place. Not thread-safe.
/// </summary>
public sealed class JobRows
{
    private List<JobSummary> _rows = [];
    private List<JobSummary> _newer = [];

    public IReadOnlyList<JobSummary> Shown => _rows;

    /// <summary>Jobs that came since the list was read and are not shown yet.</summary>
    public int NewCount => _newer.Count;

    /// <summary>Cursor of the next page, or null on the last.</summary>
    public string? Next { get; private set; }

    /// <summary>Starts over with a first page.</summary>
    public void Reset(HistoryPage page) => (_rows, _newer, Next) = ([.. page.Items], [], page.NextCursor);

    /// <summary>Adds an older page.</summary>
    public void Append(HistoryPage page)
    {
        var known = _rows.Select(r => r.Id).ToHashSet();
        _rows.AddRange(page.Items.Where(r => !known.Contains(r.Id)));
        Next = page.NextCursor;
    }

    /// <summary>Takes in the first page as it is now: known rows change in place, newer ones wait. Returns shown rows that the page should have but has not.</summary>
    public IReadOnlyList<JobId> Refresh(HistoryPage first)
    {
        var fresh = first.Items.ToDictionary(r => r.Id);
        if (_rows.Count == 0)
        {
            Reset(first);
            return [];
        }

        for (var i = 0; i < _rows.Count; i++)
        {
            _rows[i] = fresh.GetValueOrDefault(_rows[i].Id) ?? _rows[i];
        }

        // Ids sort by time, so what is newer than the first row that is shown is new.
        _newer = [.. first.Items.Where(r => string.CompareOrdinal(r.Id.Value, _rows[0].Id.Value) > 0)];
        var oldest = first.NextCursor is null ? "" : first.Items[^1].Id.Value;
        return [.. _rows.Where(r => !fresh.ContainsKey(r.Id) && string.CompareOrdinal(r.Id.Value, oldest) > 0).Select(r => r.Id)];
    }

    /// <summary>A shown row changed, or went away when null.</summary>
    public void Set(JobId id, JobSummary? row)
    {
        var at = _rows.FindIndex(r => r.Id == id);
        if (at >= 0 && row is not null)
        {
            _rows[at] = row;
        }
        else if (at >= 0)
        {
            _rows.RemoveAt(at);
        }
    }

    /// <summary>Shows what has waited.</summary>
    public void ShowNew()
    {
        _rows.InsertRange(0, _newer);
        _newer = [];
    }
}
