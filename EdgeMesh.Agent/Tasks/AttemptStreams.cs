using EdgeMesh.Core.Contracts;
using Grpc.Core;

namespace EdgeMesh.Agent.Tasks;

/// <summary>Tells readers an attempt from where each is on until its end, in few and small frames. Thread-safe.</summary>
public sealed class AttemptStreams(TimeProvider time)
{
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(20);
    private const int MostPerFrame = 32_768;
    private readonly Lock _gate = new();
    private TaskCompletionSource _allRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    /// <summary>Completes when no attempt is being read: each reader has got its end, or is gone.</summary>
    public Task AllRead
    {
        get
        {
            lock (_gate)
            {
                return _open == 0 ? Task.CompletedTask : _allRead.Task;
            }
        }
    }

    /// <summary>Tells what the reader does not have; returns when it was told the end.</summary>
    public async Task WriteAsync(TaskRun run, AttemptOffset has, IServerStreamWriter<TaskFrame> reader, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _open++;
        }

        try
        {
            await TellAsync(run, has, reader, cancellationToken);
        }
        finally
        {
            TaskCompletionSource? last = null;
            lock (_gate)
            {
                if (--_open == 0)
                {
                    (last, _allRead) = (_allRead, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                }
            }

            last?.TrySetResult();
        }
    }

    private async Task TellAsync(TaskRun run, AttemptOffset has, IServerStreamWriter<TaskFrame> reader, CancellationToken cancellationToken)
    {
        var read = 0;
        var wroteText = false;
        var wrote = 0L;
        while (true)
        {
            var (updates, over, changed) = run.Read(read);
            read += updates.Count;
            foreach (var frame in Frames(Unread(updates, ref has)))
            {
                await reader.WriteAsync(frame, cancellationToken);
                wrote = time.GetTimestamp();
            }

            if (over)
            {
                return;
            }

            // The first text goes at once; after that a frame goes at most every so often, so text that was gathered before it came here does not wait again.
            wroteText |= updates.Exists(u => u.UpdateCase is TaskUpdate.UpdateOneofCase.Text or TaskUpdate.UpdateOneofCase.Reasoning);
            await changed.WaitAsync(cancellationToken);
            if (wroteText && !run.IsOver && Coalesce - time.GetElapsedTime(wrote) is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, cancellationToken);
            }
        }
    }

    // Progress that was overtaken by later progress tells nothing.
    private static List<TaskUpdate> Unread(List<TaskUpdate> updates, ref AttemptOffset has)
    {
        var progress = updates.FindLastIndex(u => u.UpdateCase == TaskUpdate.UpdateOneofCase.Progress);
        List<TaskUpdate> unread = new(updates.Count);
        for (var i = 0; i < updates.Count; i++)
        {
            (var update, has) = has.Skip(updates[i]);
            if (update is not null && (i == progress || update.UpdateCase != TaskUpdate.UpdateOneofCase.Progress))
            {
                unread.Add(update);
            }
        }

        return unread;
    }

    // Text next to text becomes one update; a frame stays small.
    private static IEnumerable<TaskFrame> Frames(List<TaskUpdate> updates)
    {
        var frame = new TaskFrame();
        var size = 0;
        foreach (var update in updates)
        {
            var last = frame.Updates.Count > 0 ? frame.Updates[^1] : null;
            if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Text && last?.UpdateCase == TaskUpdate.UpdateOneofCase.Text)
            {
                frame.Updates[^1] = new TaskUpdate { Text = last.Text + update.Text };
            }
            else if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Reasoning && last?.UpdateCase == TaskUpdate.UpdateOneofCase.Reasoning)
            {
                frame.Updates[^1] = new TaskUpdate { Reasoning = last.Reasoning + update.Reasoning };
            }
            else
            {
                frame.Updates.Add(update);
            }

            size += update.Text.Length + update.Reasoning.Length + (update.Artifact?.Data.Length ?? 0);
            if (size > MostPerFrame)
            {
                yield return frame;
                (frame, size) = (new TaskFrame(), 0);
            }
        }

        if (frame.Updates.Count > 0)
        {
            yield return frame;
        }
    }
}
