using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Tasks;

/// <summary>
/// What a runtime writes on its way to the attempt: when the first output came, whether there is an answer, and whether it still says something. A
/// runtime that does not stop writing, or falls silent after it has begun, is ended, and so is one that thinks where it was given the beginning of the answer.
/// </summary>
internal sealed class OutputWatch : ITaskOutput, IDisposable
{
    private readonly ITaskOutput _inner;
    private readonly TimeProvider _time;
    private readonly int _most;
    private readonly TimeSpan _stall;
    private readonly bool _goesOn;
    private readonly long _started;
    private readonly CancellationTokenSource _stalled = new();
    private readonly ITimer _timer;
    private long _written;
    private long _heardAt;
    private volatile string? _heard;

    /// <param name="most">Characters that it may write.</param>
    /// <param name="stall">Longest silence after the first output; zero: none.</param>
    /// <param name="goesOn">The beginning of the answer is there already.</param>
    public OutputWatch(ITaskOutput inner, TimeProvider time, int most, TimeSpan stall, bool goesOn = false)
    {
        (_inner, _time, _most, _stall, _goesOn, HasText, _started) = (inner, time, most, stall, goesOn, goesOn, time.GetTimestamp());
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when it has been silent for too long.</summary>
    public CancellationToken Stalled => _stalled.Token;

    /// <summary>What was heard last, and when, for the cause of a stall.</summary>
    public string LastHeard => $"The last it said was {_heard}, {_time.GetElapsedTime(_started, Interlocked.Read(ref _heardAt)).TotalSeconds:0.#} s after its start.";

    public double? FirstMs { get; private set; }

    /// <summary>Whether anything but blanks was answered, here or where it was begun.</summary>
    public bool HasText { get; private set; }

    public bool HasReasoning { get; private set; }

    public void Text(string text)
    {
        Count("text", text);
        HasText |= !string.IsNullOrWhiteSpace(text);
        _inner.Text(text);
    }

    public void Reasoning(string text)
    {
        ItMayThink();
        Count("reasoning", text);
        HasReasoning = true;
        _inner.Reasoning(text);
    }

    public void TextWasReasoning()
    {
        ItMayThink();
        (HasText, HasReasoning) = (false, true);
        _inner.TextWasReasoning();
    }

    // Progress of 0 is a model that is loaded, or a busy engine that is asked again: nothing that has begun.
    public void Progress(double fraction, string note)
    {
        if (fraction > 0 || _heard is not null)
        {
            Hear("progress");
        }

        _inner.Progress(fraction, note);
    }

    public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes)
    {
        Hear("a file");
        FirstMs ??= _time.GetElapsedTime(_started).TotalMilliseconds;
        _inner.Artifact(name, contentType, bytes);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stalled.Dispose();
    }

    // What comes would be a second answer behind the first one's beginning.
    private void ItMayThink()
    {
        if (_goesOn)
        {
            throw GoingOn.Failed("The model began to think instead of going on with the text.");
        }
    }

    private void Count(string what, string text)
    {
        Hear(what);
        FirstMs ??= _time.GetElapsedTime(_started).TotalMilliseconds;
        _written += text.Length;
        if (_written > _most)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"It wrote more than {_most:N0} characters.");
        }
    }

    private void Hear(string what)
    {
        Interlocked.Exchange(ref _heardAt, _time.GetTimestamp());
        var isFirst = _heard is null;
        _heard = what;
        if (isFirst && _stall > TimeSpan.Zero)
        {
            _timer.Change(_stall, Timeout.InfiniteTimeSpan);
        }
    }

    // One timer for all output: it looks how long it has been silent, and again when that may be too long.
    private void Look()
    {
        try
        {
            if (_stall - _time.GetElapsedTime(Interlocked.Read(ref _heardAt)) is var rest && rest > TimeSpan.Zero)
            {
                _timer.Change(rest, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _stalled.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }
}
