using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>What went wrong with an engine, as a reason code and in words.</summary>
public static class EngineErrors
{
    /// <summary>Why a task failed.</summary>
    public static TaskFailedException Explain(Exception e, string name, Uri address, string model) => e switch
    {
        EngineStatusException { Status: HttpStatusCode.NotFound } missing => new(ReasonCode.ModelMissing, $"{name} does not have the model {model}{Said(missing)}"),
        EngineStatusException { Status: HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity } bad =>
            new(ReasonCode.BadInput, $"{name} refused the input{Said(bad)}"),
        EngineStatusException { Status: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable } => new(ReasonCode.Busy, $"{name} is busy."),
        EngineStatusException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(ReasonCode.RuntimeDown, NeedsKey(address)),
        EngineStatusException broken when LooksLikeMemory(broken.Message) => new(ReasonCode.OutOfMemory, $"{name} had not enough memory for {model}{Said(broken)}"),
        EngineStatusException broken => new(ReasonCode.RuntimeDown, $"{name} answered with an error of its own ({(int)broken.Status}){Said(broken)}"),
        _ when IsUnreachable(e) => new(ReasonCode.RuntimeDown, $"Nothing listens at {address}. Start {name} there."),
        TimeoutException or OperationCanceledException => new(ReasonCode.Timeout, $"{name} did not answer in time."),
        _ when Find<JsonException>(e) is not null || e is KeyNotFoundException or InvalidOperationException or FormatException =>
            new(ReasonCode.BadOutput, $"{name} sent something that is not its protocol."),
        _ when Find<IOException>(e) is not null || Find<HttpRequestException>(e) is not null || e is WebSocketException =>
            new(ReasonCode.BadOutput, $"{name} broke the answer off."),
        _ => new(ReasonCode.BadOutput, $"{name} sent something that is not its protocol."),
    };

    /// <summary>Why a probe found it down.</summary>
    public static string WhyDown(Exception e, string name, Uri address) => e switch
    {
        EngineStatusException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => NeedsKey(address),
        EngineStatusException answered => $"{address} answered {(int)answered.Status}, not as {name} does. Check the address.",
        _ when IsUnreachable(e) => $"Nothing listens at {address}. Start {name}; it is found again by itself.",
        OperationCanceledException => $"{address} does not answer.",
        HttpRequestException => $"{address} broke the connection.",
        _ => $"{address} answered, but not as {name} does. Check the address.",
    };

    /// <summary>What a probe may meet: the network, another program at the address, garbage.</summary>
    public static bool IsExpected(Exception e) =>
        e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException or InvalidOperationException or EngineStatusException
            or FormatException or IOException;

    // A connection that broke after it stood is another thing than none.
    private static bool IsUnreachable(Exception e) =>
        Find<SocketException>(e) is { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown) };

    private static string NeedsKey(Uri address) => $"{address} wants an API key. Set EDGEMESH_OPENAI_KEY for the agent.";

    private static string Said(EngineStatusException e) => e.Message.Length == 0 ? "." : $": {e.Message}";

    private static bool LooksLikeMemory(string message) => message.Contains("memory", StringComparison.OrdinalIgnoreCase);

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
