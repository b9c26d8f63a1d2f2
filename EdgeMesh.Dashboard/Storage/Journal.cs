using System.Text.Json;
using System.Threading.Channels;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Health;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>
/// Stores events before anyone is told of them: one writer commits what has gathered, at most 512 appends in a transaction, so many small
/// jobs share an fsync. An append is all or nothing. While nothing can be stored it is refused without a try; the reporters of events keep them and ask again.
/// </summary>
public sealed class Journal(IDbContextFactory<MeshDbContext> contexts, StorageHealth health, Steadiness steady) : SteadyService(steady)
{
    private const int MostPerCommit = 512;
    private const int MostPerRow = 64;
    private const int Constraint = 19;
    private readonly Channel<Append> _appends = Channel.CreateBounded<Append>(new BoundedChannelOptions(8_192) { SingleReader = true });

    /// <summary>Stores events, and the job's row in the history; completes at the commit, or fails with nothing stored.</summary>
    /// <param name="first">Sequence of the first event, from 1.</param>
    /// <param name="once">The key of the submission that these events begin, stored with them; taken already: nothing is stored.</param>
    public Task AppendAsync(JobView view, long first, ImmutableArray<JobEvent> events, SubmitOnce? once = null) => AppendAsync(view, first, events, kept: true, once);

    /// <summary>Does everything that an append does but keeps nothing, so that the first real one finds the way warm.</summary>
    public Task RehearseAsync(JobView view, long first, ImmutableArray<JobEvent> events) => AppendAsync(view, first, events, kept: false, once: null);

    /// <summary>Stored events after a sequence number, in order.</summary>
    /// <param name="rows">What was stored in so many appends at most: a page for whoever does not need all at once.</param>
    public async Task<ImmutableArray<SequencedEvent>> ReadAsync(JobId id, long after, CancellationToken cancellationToken, int rows = int.MaxValue)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.Set<JournalRow>().AsNoTracking().Where(r => r.JobId == id.Value && r.Last > after).OrderBy(r => r.First).Take(rows).ToListAsync(cancellationToken);
        return
        [
            .. found.SelectMany(r => JsonSerializer.Deserialize<ImmutableArray<JobEvent>>(r.Events, CoreJson.Options)
                .Select((e, i) => new SequencedEvent(r.First + i, e))).Where(e => e.Sequence > after),
        ];
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _appends.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AppendAsync(JobView view, long first, ImmutableArray<JobEvent> events, bool kept, SubmitOnce? once)
    {
        var append = new Append(view, Rows(first, events), kept, once, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _appends.Writer.WriteAsync(append);
        }
        catch (ChannelClosedException e)
        {
            throw new JournalException("The dashboard is stopping.", e);
        }

        await append.Done.Task;
    }

    // Rows of at most so many events: arrays above 85,000 bytes would make the collector stop the process for a full collection.
    private static ImmutableArray<AppendedRow> Rows(long first, ImmutableArray<JobEvent> events)
    {
        var rows = ImmutableArray.CreateBuilder<AppendedRow>(((events.Length - 1) / MostPerRow) + 1);
        for (var start = 0; start < events.Length; start += MostPerRow)
        {
            var part = events.AsMemory().Slice(start, Math.Min(MostPerRow, events.Length - start));
            rows.Add(new AppendedRow(first + start, first + start + part.Length - 1, JsonSerializer.SerializeToUtf8Bytes(part, CoreJson.Options)));
        }

        return rows.ToImmutable();
    }

    // Ends when the journal is stopped and all is written; the token would leave appends behind.
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var connection = new JournalConnection(contexts);
        var batch = new List<Append>(MostPerCommit);
        while (await _appends.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && _appends.Reader.TryRead(out var append))
            {
                batch.Add(append);
            }

            if (!TryCommit(connection, batch))
            {
                // One append that can never be stored must not take the others with it.
                batch.ForEach(a => TryCommit(connection, [a]));
            }
        }
    }

    /// <summary>Stores these, or tells all of them why not; false, and nobody told, when one of several conflicts with what is stored.</summary>
    private bool TryCommit(JournalConnection connection, List<Append> batch)
    {
        if (health.Current is { CanStore: false, Problem: { } problem })
        {
            batch.ForEach(a => a.Done.TrySetException(new JournalException($"{problem.Title} {problem.Detail}")));
            return true;
        }

        try
        {
            connection.Commands.Commit(batch);
            batch.ForEach(a => a.Done.TrySetResult());
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Constraint && batch.Count > 1)
        {
            return false;
        }
        catch (Exception e)
        {
            // Whatever it was, whoever waits is told, and the writer goes on; a connection that met a broken disk is not trusted again.
            if (health.Failed(e))
            {
                connection.Close();
            }

            batch.ForEach(a => a.Done.TrySetException(new JournalException("It could not be stored: " + e.Message, e)));
        }

        return true;
    }

    /// <summary>What waits for a commit.</summary>
    internal sealed record Append(JobView View, ImmutableArray<AppendedRow> Rows, bool Kept, SubmitOnce? Once, TaskCompletionSource Done);

    /// <summary>A row of an append, with its events as a JSON array.</summary>
    internal sealed record AppendedRow(long First, long Last, byte[] Events);
}

/// <summary>The disk did not take it; nothing was stored.</summary>
public sealed class JournalException : Exception
{
    public JournalException()
    {
    }

    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
