using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage.Artifacts;
using Grpc.Core;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>
/// Turns what a device says of one attempt into events of its job, from a position on. What an attempt writes while another one of its task leads is held back: it is told when this one leads,
/// so that no reader gets the text of two mixed. Used by one reader.
/// </summary>
internal sealed class AttemptFollower : IAsyncDisposable
{
    private const int LongestCause = 2_000;
    private readonly AttemptOrder _order;
    private readonly FollowedDevice _device;
    private readonly OrchestratorOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<JobEvent> _tell;
    private readonly Action<LiveProgress> _progress;
    private readonly Func<bool> _isLeading;
    private readonly List<JobEvent> _held = [];
    private readonly OutputPieces _pieces;
    private readonly ArtifactUpload _upload;
    private readonly List<string> _artifacts;
    private int _text;
    private int _written;
    private int _reasoning;
    private int _moved;
    private bool _started;
    private int _events;
    private AttemptPosition? _heldFrom;

    /// <param name="tell">Gets every event but the last.</param>
    /// <param name="isLeading">Whether its text is the task's.</param>
    public AttemptFollower(
        AttemptOrder order, AttemptPosition from, FollowedDevice device, ArtifactStore artifacts, OrchestratorOptions options, TimeProvider time, Action<JobEvent> tell, Action<LiveProgress> progress, Func<bool> isLeading)
    {
        (_order, _device, _options, _time, _tell, _progress, _isLeading) = (order, device, options, time, tell, progress, isLeading);
        (_text, _written, _reasoning, _moved, _started, _artifacts, _events) = (from.Text, from.Text, from.Reasoning, from.Moved, from.IsStarted, [.. from.Artifacts], from.Events);
        _upload = new ArtifactUpload(artifacts, order.Id, from.Artifacts);
        _pieces = new OutputPieces(time, TellPiece, from.Events);
    }

    /// <summary>How far it was told: what is held back has to be heard again.</summary>
    public AttemptPosition Position
    {
        get
        {
            _pieces.Flush();
            return _heldFrom ?? Heard;
        }
    }

    /// <summary>What is held back, in order: to be told in one with its success, which makes it lead.</summary>
    public IReadOnlyList<JobEvent> Held => _held;

    private AttemptPosition Heard => new(_text, _reasoning, _moved, [.. _artifacts], _started, _events, _order.SoFar?.Length ?? 0);

    /// <summary>Reads until the attempt has ended.</summary>
    /// <param name="room">Waits while the disk is behind.</param>
    /// <param name="stop">Makes the device stop.</param>
    public async Task<JobEvent> ReadAsync(IAsyncStreamReader<TaskFrame> frames, Func<CancellationToken, Task> room, Action stop, CancellationToken listening)
    {
        await foreach (var frame in frames.ReadAllAsync(listening))
        {
            foreach (var update in TaskUpdates.Joined(frame.Updates))
            {
                if (await TakeAsync(update, listening) is { } end)
                {
                    if (end is AttemptFailed { Reason: ReasonCode.BadOutput or ReasonCode.CannotContinue })
                    {
                        stop();
                    }

                    return end;
                }
            }

            await room(listening);
        }

        _pieces.Flush();
        return Failed(ReasonCode.BadOutput, $"{_device.Name} ended without a receipt.");
    }

    public ValueTask DisposeAsync() => _upload.DisposeAsync();

    private async Task<JobEvent?> TakeAsync(TaskUpdate update, CancellationToken listening)
    {
        if (update.UpdateCase is not (TaskUpdate.UpdateOneofCase.Text or TaskUpdate.UpdateOneofCase.Reasoning or TaskUpdate.UpdateOneofCase.Progress))
        {
            _pieces.Flush();
        }

        switch (update.UpdateCase)
        {
            case TaskUpdate.UpdateOneofCase.Accepted when update.Accepted.Started && !_started:
                _started = true;
                Tell(new AttemptStarted(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number));
                break;
            case TaskUpdate.UpdateOneofCase.Text when _written + update.Text.Length > _options.MaxOutputChars:
                _pieces.Flush();
                return Failed(ReasonCode.BadOutput, $"{_device.Name} wrote more than {_options.MaxOutputChars:N0} characters.");
            case TaskUpdate.UpdateOneofCase.Text:
                _written += update.Text.Length;
                _pieces.Add(update.Text, isReasoning: false);
                break;
            case TaskUpdate.UpdateOneofCase.Reasoning or TaskUpdate.UpdateOneofCase.TextWasReasoning when _order.SoFar is not null:
                return Failed(ReasonCode.CannotContinue, $"{_device.Name} began to think instead of going on with the text.");
            case TaskUpdate.UpdateOneofCase.Reasoning:
                _pieces.Add(update.Reasoning, isReasoning: true);
                break;
            case TaskUpdate.UpdateOneofCase.TextWasReasoning when _moved == 0 && _text > 0:
                Tell(new OutputWasReasoning(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number, _text));
                (_moved, _reasoning) = (_text, _reasoning + _text);
                break;
            case TaskUpdate.UpdateOneofCase.Artifact:
                if (await _upload.AcceptAsync(update.Artifact, listening) is { } artifact)
                {
                    Tell(new OutputAppended(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number, _text, null, artifact));
                    _artifacts.Add(artifact.Name);
                }

                break;
            case TaskUpdate.UpdateOneofCase.Progress:
                _progress(new LiveProgress(double.IsFinite(update.Progress.Fraction) ? Math.Clamp(update.Progress.Fraction, 0, 1) : null, FromWire.Text(update.Progress.Note)));
                break;
            case TaskUpdate.UpdateOneofCase.Receipt when _upload.IsUnfinished:
                return Failed(ReasonCode.BadOutput, $"{_device.Name} ended in the middle of a file.");
            case TaskUpdate.UpdateOneofCase.Receipt when ReceiptCheck.Other(update.Receipt, _order) is { } other:
                return Failed(ReasonCode.BadOutput, $"{_device.Name} {other}.");
            case TaskUpdate.UpdateOneofCase.Receipt:
                var elapsed = _order.ElapsedMs(_time);
                return new AttemptSucceeded(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number, elapsed, ReceiptCheck.Of(update.Receipt, _order, _device.Name, _device.Proven, elapsed));
            case TaskUpdate.UpdateOneofCase.Failure:
                return Failed(ReasonCodes.Parse(update.Failure.Reason), $"{_device.Name}: {FromWire.Text(update.Failure.Cause, LongestCause)}");
        }

        return _events > _options.MaxEventsPerAttempt
            ? Failed(ReasonCode.BadOutput, $"{_device.Name} told its output in more than {_options.MaxEventsPerAttempt:N0} pieces.")
            : null;
    }

    private void TellPiece(string text, bool isReasoning)
    {
        if (!isReasoning)
        {
            Tell(new OutputAppended(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number, _text, text, null));
            _text += text.Length;
        }
        else if (_reasoning < ReasoningText.MaxChars)
        {
            // What nobody would keep is not journaled either.
            Tell(new ReasoningAppended(_time.GetUtcNow(), _order.Id.Task, _order.Id.Number, _reasoning, text));
            _reasoning += text.Length;
        }
    }

    // The position is not moved yet.
    private void Tell(JobEvent change)
    {
        if (change is AttemptStarted || _isLeading())
        {
            _held.ForEach(_tell);
            _held.Clear();
            _heldFrom = null;
            _tell(change);
        }
        else
        {
            _heldFrom ??= Heard;
            _held.Add(change);
        }

        _events++;
    }

    private AttemptFailed Failed(ReasonCode reason, string cause) => _order.Failed(_time, reason, cause);
}

/// <summary>What must be known of a device to judge what it says.</summary>
/// <param name="Proven">The accelerators that it has proven.</param>
public sealed record FollowedDevice(string Name, ImmutableArray<AcceleratorKind> Proven);
