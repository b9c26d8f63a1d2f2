using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EngineErrorsTests
{
    private const string ComfyRefusal =
        """{"error":{"type":"prompt_outputs_failed_validation","message":"Prompt outputs failed validation","details":"","extra_info":{}},"node_errors":{"model":{"errors":[{"type":"value_not_in_list","message":"Value not in list","details":"ckpt_name: 'x' not in ['y']","extra_info":{}}],"class_type":"CheckpointLoaderSimple"}}}""";

    private static readonly Uri Address = new("http://127.0.0.1:9145/");

    public static TheoryData<string, Exception, string> Down => new()
    {
        { "refused", Broken(SocketError.ConnectionRefused), "Nothing listens" },
        { "no such host", Broken(SocketError.HostNotFound), "Nothing listens" },
        { "no way to it", Broken(SocketError.NetworkUnreachable), "Nothing listens" },
        { "a read that was given up", new OperationCanceledException("x", new IOException("x", new SocketException((int)SocketError.OperationAborted))), "does not answer" },
        { "the same, wrapped by the HTTP client", Broken(SocketError.OperationAborted), "does not answer" },
        { "the HTTP client's own limit", new TaskCanceledException("x", new TimeoutException()), "does not answer" },
        { "no answer to a knock", Broken(SocketError.TimedOut), "does not answer" },
        { "broke in the middle", Broken(SocketError.ConnectionReset), "broke the connection" },
        { "ended early", new IOException("ended"), "broke the connection" },
        { "another program", new JsonException("x"), "not as llama.cpp does" },
        { "another status", new EngineStatusException(HttpStatusCode.NotFound, ""), "answered 404" },
        { "still starts", new EngineStatusException(HttpStatusCode.ServiceUnavailable, "Loading model"), "still starts: Loading model" },
        { "wants a key", new EngineStatusException(HttpStatusCode.Unauthorized, ""), "wants an API key" },
        { "a bug of ours in reading it", new NotSupportedException(), "not as llama.cpp does" },
        { "the same id twice", new ArgumentException("same key"), "not as llama.cpp does" },
        { "a number too large", new OverflowException(), "not as llama.cpp does" },
    };

    public static TheoryData<string, Exception, ReasonCode, string> Failed => new()
    {
        { "refused", Broken(SocketError.ConnectionRefused), ReasonCode.RuntimeDown, "Nothing listens" },
        { "hangs", new EngineSilentException("sent nothing for 30 s"), ReasonCode.Timeout, "llama.cpp sent nothing for 30 s" },
        { "hangs, wrapped", new HttpRequestException("x", new EngineSilentException("sent nothing for 30 s")), ReasonCode.Timeout, "sent nothing for 30 s" },
        { "given up", new OperationCanceledException("x", new IOException("x", new SocketException((int)SocketError.OperationAborted))), ReasonCode.Timeout, "did not answer in time" },
        { "reset", Broken(SocketError.ConnectionReset), ReasonCode.BadOutput, "broke the answer off" },
        { "socket closed", new WebSocketException("x"), ReasonCode.BadOutput, "broke the answer off" },
        { "no JSON", new JsonException("x"), ReasonCode.BadOutput, "not its protocol" },
        { "404", Status(404, "told"), ReasonCode.ModelMissing, "does not have the model m: told." },
        { "400", Status(400, "told"), ReasonCode.BadInput, "refused the input: told." },
        { "400, too long", Status(400, "This model's maximum context length is 4096 tokens."), ReasonCode.BadInput, "longer than m" },
        { "500, too long", Status(500, "the request exceeds the available context size. try increasing it"), ReasonCode.BadInput, "longer than m" },
        { "500, memory", Status(500, "CUDA error: out of memory"), ReasonCode.OutOfMemory, "not enough memory" },
        { "500, memory of Ollama", Status(500, "model requires more system memory (5.6 GiB) than is available (1.2 GiB)"), ReasonCode.OutOfMemory, "1.2 GiB" },
        { "500, other", Status(500, "told"), ReasonCode.EngineError, "llama.cpp answered with an error (500): told." },
        { "418", Status(418, ""), ReasonCode.EngineError, "llama.cpp answered with an error (418)." },
        { "500, a page", Status(500, EngineWords.Of("<html><title>500\u0007 Internal</title><body>stack</body></html>")), ReasonCode.EngineError, "(500): a web page titled \u201c500 Internal\u201d instead of an answer." },
        { "in the middle", new EngineStatusException("runner terminated"), ReasonCode.EngineError, "llama.cpp answered with an error: runner terminated." },
        { "400, no such model", Status(400, "model 'x' does not exist"), ReasonCode.ModelMissing, "does not have the model m" },
        { "400, ComfyUI's", Status(400, "Value not in list: ckpt_name: 'x' not in ['y']"), ReasonCode.ModelMissing, "does not have the model m" },
        { "400, ComfyUI's own words", Status(400, EngineWords.Of(ComfyRefusal)), ReasonCode.ModelMissing, "ckpt_name: 'x' not in ['y']" },
        { "503, loading", Status(503, "Loading model"), ReasonCode.NotReady, "still loading m" },
        { "503", Status(503, ""), ReasonCode.Busy, "is busy." },
        { "429", Status(429, "slow down", TimeSpan.FromMinutes(10)), ReasonCode.Busy, "is busy: slow down. It wants to be asked again in 10 min." },
        { "504", Status(504, "a web page titled “504” instead of an answer"), ReasonCode.Timeout, "did not answer in time (504)" },
        { "501", Status(501, ""), ReasonCode.Unsupported, "does not know" },
        { "401", Status(401, "no"), ReasonCode.KeyRequired, "EDGEMESH_OPENAI_KEY" },
    };

    [Theory]
    [MemberData(nameof(Down))]
    public void WhyDown_Cause_IsNamed(string what, Exception e, string words) =>
        Assert.True(EngineErrors.WhyDown(e, "llama.cpp", Address).Contains(words, StringComparison.Ordinal), $"{what}: {EngineErrors.WhyDown(e, "llama.cpp", Address)}");

    [Theory]
    [MemberData(nameof(Failed))]
    public void Explain_Cause_HasItsReasonAndWords(string what, Exception e, ReasonCode reason, string words)
    {
        var failed = EngineErrors.Explain(e, "llama.cpp", Address, "m");
        Assert.Equal((what, reason), (what, failed.Reason));
        Assert.Contains(words, failed.Message, StringComparison.Ordinal);
    }

    private static HttpRequestException Broken(SocketError error) => new("x", new SocketException((int)error));

    private static EngineStatusException Status(int status, string words, TimeSpan? after = null) => new((HttpStatusCode)status, words, after);
}
