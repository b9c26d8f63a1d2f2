using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Reasoning;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>An answer as it comes together: its text and reasoning go on at once, what else a server says of it is kept for the receipt.</summary>
/// <param name="server">The server's name.</param>
/// <param name="model">Who answers.</param>
/// <param name="most">The limit of tokens; null for none.</param>
/// <param name="soFar">The beginning of the answer that it was given to go on with; empty for none.</param>
/// <param name="output">Where the text goes.</param>
internal sealed class ChatAnswer(string server, string model, int? most, string soFar, IAnswerOutput output)
{
    private const int LongestRefusal = 1_000;
    private static readonly string[] PlainEnds = ["stop", "eos", "eos_token", "end_turn", "end", "stop_sequence", "stop_token", "completed", "tool_calls", "function_call"];
    private static readonly string[] LengthEnds = ["length", "max_tokens", "max_output_tokens", "model_length", "limit"];

    private readonly ReasoningSplitter _splitter = new(output, soFar: soFar);
    private readonly EchoFilter _echo = new(soFar);
    private readonly TextJoiner _text = new();
    private readonly TextJoiner _reasoning = new();
    private readonly TokenLimit _limit = new(most);
    private string _messages = "";
    private bool _deltas;
    private string _refusal = "";
    private string? _tool;
    private string? _finish;
    private bool _over;
    private bool _garbage;
    private ChatUsage? _usage;

    /// <summary>Whether something of it went on already: then it cannot be asked for again.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the server ended it.</summary>
    public bool IsWhole => _over || _finish is not null;

    /// <summary>Whether nothing more is to be read: it is over, or long enough.</summary>
    public bool IsEnough => _over || _limit.IsPassed;

    /// <summary>Whether it ends at its length limit.</summary>
    private bool IsCut => _limit.IsPassed || (_finish is { } finish && LengthEnds.Contains(finish, StringComparer.OrdinalIgnoreCase));

    /// <summary>Takes a message.</summary>
    /// <exception cref="EngineStatusException">It is an error.</exception>
    /// <exception cref="TaskFailedException">It is no answer at all.</exception>
    public void Take(ServerMessage message)
    {
        switch (message.Kind)
        {
            case ServerMessageKind.Done:
                _over = true;
                return;
            case ServerMessageKind.Garbage:
                _garbage = true;
                return;
            case ServerMessageKind.Page:
                throw new TaskFailedException(ReasonCode.BadOutput, $"{server} sent {EngineWords.Clean(message.Text)}. Check its address, and what stands before it.");
            case ServerMessageKind.Error when message.Json.ValueKind == JsonValueKind.Undefined:
                throw new EngineStatusException(EngineWords.Clean(message.Text));
        }

        if (ChatPiece.Error(message.Json, message.Kind == ServerMessageKind.Error) is { } error)
        {
            throw error;
        }

        var json = message.Json.ValueKind == JsonValueKind.Array ? message.Json.Items().FirstOrDefault() : message.Json;
        Take(ChatPiece.Read(json, _deltas));
        _over |= message.Kind == ServerMessageKind.Whole && json.At("choices").Items().Any();
    }

    /// <summary>What is known of it when nothing more comes.</summary>
    /// <exception cref="TaskFailedException">It broke off, or there is no answer in it.</exception>
    public TaskReceipt End()
    {
        Write(_text.Flush(), _reasoning.Flush());
        _splitter.Text(_echo.Flush());
        _splitter.End();
        if (!IsWhole && !_limit.IsPassed)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, _garbage && !HasBegun
                ? $"{server} sent something that is not its protocol."
                : $"{server} broke the answer off after {_splitter.AnswerChars} characters.");
        }

        return _splitter.HasAnswer ? Receipt() : throw WhyNothing();
    }

    private void Take(ChatPiece piece)
    {
        _usage = piece.Usage is { } usage ? new(usage.PromptTokens ?? _usage?.PromptTokens, usage.OutputTokens ?? _usage?.OutputTokens, usage.ReasoningTokens ?? _usage?.ReasoningTokens) : _usage;
        _finish = piece.Finish ?? _finish;
        _tool = piece.Tool is { Length: > 0 } tool ? tool : _tool ?? piece.Tool;
        _refusal = _refusal.Length < LongestRefusal ? _refusal + piece.Refusal : _refusal;
        var text = piece.Text;
        if (piece.IsMessage)
        {
            // Some servers repeat in each message what came before, others go on.
            text = _messages.Length > 0 && text.StartsWith(_messages, StringComparison.Ordinal) ? text[_messages.Length..] : text;
            _messages += text;
        }

        _deltas |= !piece.IsMessage && text.Length + piece.Reasoning.Length > 0;
        var (taken, thought) = _limit.Take(text, piece.Reasoning);
        Write(_text.Push(taken), _reasoning.Push(thought));
    }

    private void Write(string text, string reasoning)
    {
        HasBegun |= text.Length + reasoning.Length > 0;
        _splitter.Reasoning(reasoning);
        _splitter.Text(_echo.Push(text));
    }

    private TaskFailedException WhyNothing() =>
        _refusal.Length > 0 ? NoAnswer.Refused(model, _refusal)
        : (_tool ?? _splitter.Tool) is { } tool ? NoAnswer.AskedForTool(model, tool)
        : _finish == "content_filter" ? new(ReasonCode.ModelRefused, $"The content filter of {server} held the answer back.")
        : _splitter.ReasoningChars > 0 ? NoAnswer.OnlyThought(model, IsCut, most)
        : NoAnswer.Empty(model, _finish is { } word && !PlainEnds.Contains(word, StringComparer.OrdinalIgnoreCase) ? word : null);

    private TaskReceipt Receipt()
    {
        var chars = _splitter.AnswerChars + _splitter.ReasoningChars;
        var receipt = new TaskReceipt
        {
            AcceleratorNote = $"not reported by {server}",
            OutputUnits = Math.Max(1, _usage?.OutputTokens ?? chars * 10 / 36),
            CutAtLimit = IsCut,
            Note = string.Join(' ', Notes().Where(n => n.Length > 0)),
        };
        if (_usage?.PromptTokens is { } read)
        {
            (receipt.PromptTokens, receipt.InputUnits) = (read, read);
        }

        if (_usage?.OutputTokens is { } written)
        {
            receipt.OutputTokens = written;
        }

        if (_usage?.ReasoningTokens is { } thought)
        {
            receipt.ReasoningTokens = thought;
        }

        return receipt;
    }

    private IEnumerable<string> Notes()
    {
        yield return _usage is { PromptTokens: not null, OutputTokens: not null } ? "" : "The server reported no token counts; units are characters / 3.6.";
        yield return _limit.IsPassed ? $"{server} did not keep the limit of {most:N0} tokens, so it was stopped there."
            : _usage?.OutputTokens > most ? $"{server} did not keep the limit of {most:N0} tokens: it wrote {_usage.OutputTokens:N0}."
            : _finish is { } other && !IsCut && !PlainEnds.Contains(other, StringComparer.OrdinalIgnoreCase) ? $"The server ended it with \u201c{EngineWords.Clean(other)}\u201d."
            : "";
        yield return _refusal.Length > 0 ? $"The model refused a part: \u201c{EngineWords.Clean(_refusal)}\u201d" : "";
    }
}
