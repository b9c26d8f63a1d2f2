using EdgeMesh.Dashboard.Storage;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What a job's grain knows of its job: a view that is as the journal says. Stores first, then tells. Belongs to the grain; not thread-safe.</summary>
internal sealed class JobRecord(Journal journal, JobFeed feed)
{
    /// <summary>The job as it is, as far as it has been read; null otherwise.</summary>
    public JobView? Known { get; private set; }

    /// <summary>Nothing is kept or told of it.</summary>
    public bool IsRehearsal { get; set; }

    /// <summary>The job as it is; read from the journal after the grain was idle for so long that it was put away.</summary>
    public async ValueTask<JobView?> ReadAsync(JobId id) =>
        Known ??= JobReducer.Fold((await journal.ReadAsync(id, 0, CancellationToken.None)).Select(e => e.Event));

    /// <summary>Tells what was read of a job that an earlier process left open.</summary>
    public void Restore() => feed.Publish(Known!, Known!.Version, []);

    /// <summary>Stores more events; the job after them is known then.</summary>
    /// <param name="next">The job after them.</param>
    /// <exception cref="JournalException">They may be stored all the same: what the journal says counts from here on.</exception>
    public async Task StoreAsync(ImmutableArray<JobEvent> events, JobView next, SubmitOnce? once)
    {
        var first = (Known?.Version ?? 0) + 1;
        if (IsRehearsal)
        {
            await journal.RehearseAsync(next, first, events);
            Known = next;
            return;
        }

        try
        {
            await journal.AppendAsync(next, first, events, once);
        }
        catch (JournalException)
        {
            Known = null;
            throw;
        }

        Known = next;
        feed.Publish(next, first, events);
    }
}
