using System.ClientModel;
using System.Net.Sockets;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What went wrong with a server, as a reason code and in words.</summary>
public static class OpenAiErrors
{
    public static TaskFailedException Explain(Exception e, string name, Uri address, string model) => e switch
    {
        ClientResultException { Status: 404 } => new(ReasonCode.ModelMissing, $"{name} does not have the model {model}."),
        ClientResultException { Status: 400 or 413 or 422 } bad => new(ReasonCode.BadInput, $"{name} refused the input: {Short(bad.Message)}"),
        ClientResultException { Status: 429 or 503 } => new(ReasonCode.Busy, $"{name} is busy."),
        ClientResultException { Status: 401 or 403 } denied => new(ReasonCode.RuntimeDown, Status(denied.Status, address)),
        ClientResultException { Status: >= 500 } broken => new(ReasonCode.RuntimeDown, $"{name} answered with an error of its own ({broken.Status})."),
        _ when Unreachable(e) => new(ReasonCode.RuntimeDown, $"Nothing listens at {address}. Start {name} there."),
        TimeoutException or OperationCanceledException => new(ReasonCode.Timeout, $"{name} did not answer in time."),
        _ when Find<JsonException>(e) is not null => new(ReasonCode.BadOutput, $"{name} sent something that is not the OpenAI protocol."),
        _ when Find<IOException>(e) is not null || Find<HttpRequestException>(e) is not null => new(ReasonCode.BadOutput, $"{name} broke the answer off."),
        _ => new(ReasonCode.BadOutput, $"{name} sent something that is not the OpenAI protocol."),
    };

    /// <summary>Why a probe found it down.</summary>
    public static string Probe(Exception e, Uri address) => e switch
    {
        _ when Unreachable(e) => $"Nothing listens at {address}. Start the server; it is found again by itself.",
        OperationCanceledException => $"{address} does not answer.",
        HttpRequestException => $"{address} broke the connection.",
        _ => $"{address} answered, but not as an OpenAI-compatible server does. Check the address.",
    };

    public static string Status(int status, Uri address) => status switch
    {
        401 or 403 => $"{address} wants an API key. Set EDGEMESH_OPENAI_KEY for the agent.",
        404 => $"{address} answers, but has no /models. Check the address.",
        _ => $"{address} answered {status}.",
    };

    // A reset is a socket's failure too, but there somebody did answer.
    private static bool Unreachable(Exception e) => Find<SocketException>(e) is { SocketErrorCode: not (SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown) };

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

    private static string Short(string message) => message.ReplaceLineEndings(" ") is { Length: > 300 } text ? text[..300] : message.ReplaceLineEndings(" ");
}
