using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using Google.Protobuf;

namespace EdgeMesh.Agent.Tasks;

/// <summary>One attempt on this device: everything it said so far, for any number of readers, also late ones. Thread-safe.</summary>
public sealed class TaskRun(TaskRequest request) : ITaskOutput, IDisposable
{
    private const int LargestPiece = 64 * 1024;
    private const int LargestText = 64 * 1024;
    private const int LongestJoined = 4_096;

    private readonly Lock _gate = new();
    private readonly List<TaskUpdate> _updates = [];
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _ended = NewSignal();
    private readonly TaskCompletionSource _acknowledged = NewSignal();
    private TaskCompletionSource _changed = NewSignal();
    private CancellationToken? _cancelled;
    private int _read;

    /// <summary>What to do; its text is gone when it is over, as only the result is kept.</summary>
    public TaskRequest Request => request;

    public int Attempt => request.Attempt;

    /// <summary>Whether it left the device's queue.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Whether it was stopped with the agent, and not because someone cancelled it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Cancelled when someone cancels the attempt or the agent stops.</summary>
    public CancellationToken Cancelled => _cancelled ??= _cancel.Token;

    /// <summary>Completes when it is over.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Completes when the orchestrator has stored how it ended.</summary>
    public Task Acknowledged => _acknowledged.Task;

    /// <summary>Characters and bytes it holds.</summary>
    public long Size { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>When it ended, as a timestamp.</summary>
    public long EndedAt { get; private set; }

    public void Text(string text) => InPieces(text, piece => new TaskUpdate { Text = piece });

    public void Reasoning(string text) => InPieces(text, piece => new TaskUpdate { Reasoning = piece });

    public void TextWasReasoning() => Add(new TaskUpdate { TextWasReasoning = new TextWasReasoning() });

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

            IsStarted |= update.Accepted is { Started: true };
            Size += update.Text.Length + update.Reasoning.Length + (update.Artifact?.Data.Length ?? 0);

            // Progress replaces progress nobody has read yet, and short text joins text, so a slow or absent reader costs little memory.
            var last = _updates.Count > _read ? _updates[^1] : null;
            switch (last?.UpdateCase, update.UpdateCase)
            {
                case (TaskUpdate.UpdateOneofCase.Progress, TaskUpdate.UpdateOneofCase.Progress):
                    _updates[^1] = update;
                    break;
                case (TaskUpdate.UpdateOneofCase.Text, TaskUpdate.UpdateOneofCase.Text) when last.Text.Length < LongestJoined:
                    _updates[^1] = new TaskUpdate { Text = last.Text + update.Text };
                    break;
                case (TaskUpdate.UpdateOneofCase.Reasoning, TaskUpdate.UpdateOneofCase.Reasoning) when last.Reasoning.Length < LongestJoined:
                    _updates[^1] = new TaskUpdate { Reasoning = last.Reasoning + update.Reasoning };
                    break;
                default:
                    _updates.Add(update);
                    break;
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

        (request.Text, request.SoFar) = ("", "");
        request.Generate?.Messages.Clear();
        request.Onnx = null;
        signal.TrySetResult();
        _ended.TrySetResult();
    }

    /// <summary>What came after the first <paramref name="from"/> updates, whether that is all, and what to wait for otherwise.</summary>
    public (List<TaskUpdate> Updates, bool Over, Task Changed) Read(int from)
    {
        lock (_gate)
        {
            _read = Math.Max(_read, _updates.Count);
            return (_updates.Count > from ? _updates[from..] : [], IsOver, _changed.Task);
        }
    }

    /// <summary>Asks it to stop because the agent stops; nothing when it is over.</summary>
    public Task StopAsync()
    {
        IsStopped = true;
        return CancelAsync();
    }

    /// <summary>Asks it to stop; nothing when it is over.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await _cancel.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It is over and already forgotten.
        }
    }

    /// <summary>The orchestrator has stored how it ended.</summary>
    public void Acknowledge() => _acknowledged.TrySetResult();

    public void Dispose() => _cancel.Dispose();

    // The dashboard takes small messages only.
    private void InPieces(string text, Func<string, TaskUpdate> update)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(at + LargestText, text.Length);
            // A pair of surrogates stays together.
            end -= end < text.Length && char.IsHighSurrogate(text[end - 1]) ? 1 : 0;
            Add(update(text[at..end]));
            at = end;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
