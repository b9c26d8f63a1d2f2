using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>What went wrong with an engine, as a reason code and in words.</summary>
public static class EngineErrors
{
    private static readonly string[] Memory = ["out of memory", "outofmemory", "enough memory", "insufficient memory", "system memory", "memory allocation", "cudamalloc", "failed to allocate", "vram"];

    private static readonly string[] Context =
        ["context length", "context size", "context window", "context_length_exceeded", "exceeds the context", "exceed the context", "the context is", "maximum context", "max_model_len", "prompt is too long", "input is too long", "too many tokens"];

    private static readonly string[] Loading = ["loading model", "model is loading", "still loading", "currently loading", "is being loaded", "model is not ready", "not loaded yet", "starting up"];

    private static readonly string[] Missing = ["not found", "does not exist", "not exist", "no such", "unknown model", "value_not_in_list", "value not in list", "not in list", "not in [", "no model", "is not available"];

    /// <summary>Why a task failed.</summary>
    public static TaskFailedException Explain(Exception e, string name, Uri address, string model) => e switch
    {
        _ when Find<EngineStatusException>(e) is { } answered => FromStatus(answered, name, address, model),
        _ when Find<EngineSilentException>(e) is { } silent => new(ReasonCode.Timeout, $"{name} {silent.Message}. Restart it if it happens again."),
        _ when IsSilence(e) => new(ReasonCode.Timeout, $"{name} did not answer in time."),
        _ when IsUnreachable(e) => new(ReasonCode.RuntimeDown, $"Nothing listens at {address}. Start {name} there."),
        _ when Find<JsonException>(e) is null && (Find<IOException>(e) is not null || Find<HttpRequestException>(e) is not null || e is WebSocketException) =>
            new(ReasonCode.BadOutput, $"{name} broke the answer off."),
        _ => new(ReasonCode.BadOutput, $"{name} sent something that is not its protocol."),
    };

    /// <summary>Why a task failed, told by the engine's own words alone: inside an answer that had begun well, or beside a status that says nothing.</summary>
    /// <returns>Null when the words name none of the known causes.</returns>
    public static TaskFailedException? FromWords(string words, string name, string model) =>
        Has(words, Context) ? new(ReasonCode.BadInput, $"The text and the answer together are longer than {model} of {name} takes{Said(words)}")
        : Has(words, Memory) ? new(ReasonCode.OutOfMemory, $"{name} had not enough memory for {model}{Said(words)}")
        : Has(words, Loading) ? new(ReasonCode.NotReady, $"{name} is still loading {model}{Said(words)}")
        : Has(words, ["model", "ckpt"]) && Has(words, Missing) ? new(ReasonCode.ModelMissing, $"{name} does not have the model {model}{Said(words)}")
        : null;

    /// <summary>An error that came without a status, told by the engine's own words, whatever they are.</summary>
    public static TaskFailedException FromWordsOrElse(string words, string name, string model) => FromWords(words, name, model) ?? OwnError(name, words);

    /// <summary>Why a probe found it down.</summary>
    public static string WhyDown(Exception e, string name, Uri address) => e switch
    {
        EngineStatusException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => NeedsKey(address),
        EngineStatusException { Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests } busy => $"{address} is busy or still starts{Said(busy.Message)}",
        EngineStatusException answered => $"{address} answered {(int)answered.Status}, not as {name} does. Check the address.",
        _ when IsSilence(e) => $"{address} does not answer. If it stays so, restart {name}.",
        _ when IsUnreachable(e) => $"Nothing listens at {address}. Start {name}; it is found again by itself.",
        HttpRequestException or IOException => $"{address} broke the connection.",
        _ => $"{address} answered, but not as {name} does. Check the address.",
    };

    /// <summary>Whether it was waited for and nothing came: something listens, and hangs.</summary>
    public static bool IsSilence(Exception e) =>
        e is OperationCanceledException || Find<TimeoutException>(e) is not null || Find<SocketException>(e) is { SocketErrorCode: SocketError.TimedOut or SocketError.OperationAborted };

    /// <summary>Whatever an engine's answer, or its absence, makes an adapter throw: nothing that comes from outside is told apart by the exceptions it may cause.</summary>
    public static bool IsExpected(Exception e) => e is not (TaskFailedException or OutOfMemoryException);

    private static TaskFailedException FromStatus(EngineStatusException e, string name, Uri address, string model) => e.Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(ReasonCode.KeyRequired, NeedsKey(address)),
        _ when FromWords(e.Message, name, model) is { } known => known,
        HttpStatusCode.NotFound => new(ReasonCode.ModelMissing, $"{name} does not have the model {model}{Said(e.Message)}"),
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity => new(ReasonCode.BadInput, $"{name} refused the input{Said(e.Message)}"),
        HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.NotImplemented => new(ReasonCode.Unsupported, $"{name} does not know this kind of request{Said(e.Message)}"),
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new(ReasonCode.Busy, $"{name} is busy{Said(e.Message)}{Later(e)}"),
        HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => new(ReasonCode.Timeout, $"{name} did not answer in time ({(int)e.Status}){Said(e.Message)}"),
        0 => OwnError(name, e.Message),
        _ => new(ReasonCode.EngineError, $"{name} answered with an error ({(int)e.Status}){Said(e.Message)}"),
    };

    private static TaskFailedException OwnError(string name, string words) => new(ReasonCode.EngineError, $"{name} answered with an error{Said(words)}");

    private static string Later(EngineStatusException e) => e.RetryAfter is { TotalSeconds: >= 1 } after ? $" It wants to be asked again in {Time(after)}." : "";

    private static string Time(TimeSpan time) => time.TotalSeconds < 90 ? $"{time.TotalSeconds:0} s" : $"{time.TotalMinutes:0} min";

    // A read that was given up carries OperationAborted inside, and a connection that broke after it stood is another thing than none.
    private static bool IsUnreachable(Exception e) => Find<SocketException>(e) is
    {
        SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.HostDown or SocketError.NetworkUnreachable or SocketError.NetworkDown
            or SocketError.AddressNotAvailable or SocketError.NoData or SocketError.TryAgain or SocketError.AccessDenied,
    };

    private static string NeedsKey(Uri address) => $"{address} wants an API key. Start the agent with --openai {address} and EDGEMESH_OPENAI_KEY={address.Authority}=KEY.";

    private static string Said(string words) => words.Length == 0 ? "." : $": {words}{(words[^1] is '.' or '!' or '?' or '…' ? "" : ".")}";

    private static bool Has(string words, string[] any) => any.Any(w => words.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }

        return null;
    }
}
