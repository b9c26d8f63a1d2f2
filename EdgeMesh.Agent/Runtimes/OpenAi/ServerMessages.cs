using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What a server sent.</summary>
internal enum ServerMessageKind
{
    /// <summary>A piece of a stream.</summary>
    Piece,

    /// <summary>The whole answer: the server does not stream.</summary>
    Whole,

    /// <summary>An error, in words or JSON.</summary>
    Error,

    /// <summary>A page of HTML: something else answers at the address, or stands before it.</summary>
    Page,

    /// <summary><c>[DONE]</c>.</summary>
    Done,

    /// <summary>Text that is none of this protocol.</summary>
    Garbage,
}

/// <param name="Text">As it came.</param>
/// <param name="Json">Undefined when the text is no JSON.</param>
internal sealed record ServerMessage(ServerMessageKind Kind, string Text, JsonElement Json);

/// <summary>Reads an answer of an OpenAI-like server message by message: events, one document, a document a line, or a page that is none of these.</summary>
internal static class ServerMessages
{
    public static async IAsyncEnumerable<ServerMessage> ReadAsync(Stream answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = new ServerStream(answer);
        var first = await stream.PeekAsync(cancellationToken);
        stream.AsEvents = first is not ((byte)'{' or (byte)'[' or (byte)'<');
        await foreach (var message in stream.AsEvents ? EventsAsync(stream, cancellationToken) : DocumentsAsync(stream, first == '<', cancellationToken))
        {
            yield return message;
        }
    }

    private static async IAsyncEnumerable<ServerMessage> EventsAsync(ServerStream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = SseParser.Create(stream, static (_, data) => LooseJson.Encoding.GetString(data));
        await foreach (var e in events.EnumerateAsync(cancellationToken))
        {
            foreach (var message in Of(e.EventType, e.Data))
            {
                yield return message;
            }
        }
    }

    private static IEnumerable<ServerMessage> Of(string name, string data)
    {
        if (string.IsNullOrWhiteSpace(data))
        {
            return [];
        }

        // Some servers end their events with one line's end, so that several come as one.
        var whole = One(name, data);
        return whole.Kind == ServerMessageKind.Garbage && data.Contains('\n', StringComparison.Ordinal)
            ? data.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => One(name, line))
            : [whole];
    }

    private static ServerMessage One(string name, string data)
    {
        if (data.Trim() is "[DONE]" or "DONE")
        {
            return new(ServerMessageKind.Done, "", default);
        }

        var json = Parse(data);
        return new(name == "error" ? ServerMessageKind.Error : json.ValueKind == JsonValueKind.Undefined ? ServerMessageKind.Garbage : ServerMessageKind.Piece, data, json);
    }

    private static async IAsyncEnumerable<ServerMessage> DocumentsAsync(ServerStream stream, bool isPage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream, LooseJson.Encoding, detectEncodingFromByteOrderMarks: false);
        if (isPage)
        {
            yield return new(ServerMessageKind.Page, await reader.ReadToEndAsync(cancellationToken), default);
            yield break;
        }

        var line = await reader.ReadLineAsync(cancellationToken) ?? "";
        if (Parse(line) is not { ValueKind: JsonValueKind.Object } head)
        {
            yield return Whole(line + "\n" + await reader.ReadToEndAsync(cancellationToken));
            yield break;
        }

        // A document a line is a stream; one alone is the whole answer.
        var next = await NextAsync();
        if (next is null)
        {
            yield return new(ServerMessageKind.Whole, line, head);
            yield break;
        }

        yield return new(ServerMessageKind.Piece, line, head);
        for (; next is not null; next = await NextAsync())
        {
            yield return One("", next);
        }

        async Task<string?> NextAsync()
        {
            string? read;
            do
            {
                read = await reader.ReadLineAsync(cancellationToken);
            }
            while (read is not null && string.IsNullOrWhiteSpace(read));

            return read;
        }
    }

    private static ServerMessage Whole(string text) => Parse(text) is { ValueKind: not JsonValueKind.Undefined } json
        ? new(ServerMessageKind.Whole, text, json)
        : new(ServerMessageKind.Garbage, text, default);

    private static JsonElement Parse(string text)
    {
        using var document = LooseJson.TryParse(text);
        return document?.RootElement.Clone() ?? default;
    }
}
