using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Agent.Tasks;

/// <summary>One attempt on this device: everything it said so far, for any number of readers, also late ones. Thread-safe.</summary>
public sealed class TaskRun(TaskRequest request, CancellationToken stopping) : ITaskOutput, IDisposable
{
    private const int LargestPiece = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly List<TaskUpdate> _updates = [];
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private TaskCompletionSource _changed = NewSignal();

    public TaskRequest Request => request;

    /// <summary>Cancelled when someone cancels the attempt or the agent stops.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    public bool IsOver { get; private set; }

    /// <summary>When it ended, as a timestamp.</summary>
    public long EndedAt { get; private set; }

    public void Text(string text) => Add(new TaskUpdate { Text = text });

    public void Progress(double fraction, string note) => Add(new TaskUpdate { Progress = new Progress { Fraction = fraction, Note = note } });

    /// <summary>The file in pieces, so that a beat or another task's text never waits long behind it.</summary>
    public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes)
    {
        do
        {
            var piece = bytes[..Math.Min(LargestPiece, bytes.Length)];
            bytes = bytes[piece.Length..];
            Add(new TaskUpdate { Artifact = new ArtifactChunk { Name = name, ContentType = contentType, Data = ByteString.CopyFrom(piece), Last = bytes.IsEmpty } });
        }
        while (!bytes.IsEmpty);
    }

    /// <summary>One more update, unless it is over.</summary>
    public void Add(TaskUpdate update)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            if (IsOver)
            {
                return;
            }

            // Progress replaces progress nobody has read yet, and text joins text, so a slow reader costs no memory.
            if (_updates.Count > 0 && _updates[^1] is { UpdateCase: TaskUpdate.UpdateOneofCase.Progress } && update.UpdateCase == TaskUpdate.UpdateOneofCase.Progress)
            {
                _updates[^1] = update;
            }
            else
            {
                _updates.Add(update);
            }

            (signal, _changed) = (_changed, NewSignal());
        }

        signal.TrySetResult();
    }

    /// <summary>The last update.</summary>
    public void End(TaskUpdate update, long timestamp)
    {
        Add(update);
        TaskCompletionSource signal;
        lock (_gate)
        {
            IsOver = true;
            EndedAt = timestamp;
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.TrySetResult();
    }

    /// <summary>What came after the first <paramref name="from"/> updates, whether that is all, and what to wait for otherwise.</summary>
    public (List<TaskUpdate> Updates, bool Over, Task Changed) Read(int from)
    {
        lock (_gate)
        {
            return (_updates.Count > from ? _updates[from..] : [], IsOver, _changed.Task);
        }
    }

    public Task CancelAsync() => _cancel.CancelAsync();

    public void Dispose() => _cancel.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
