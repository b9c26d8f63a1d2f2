using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Hubs;

/// <summary>A hub's reader that takes nothing for a while gets the newest state, not a backlog.</summary>
public sealed class SlowHubReaderTests
{
    private const int Pieces = 500;
    private const int PieceChars = 2_000;
    private const char End = '\u001e';

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchJob_ReaderTakesNothingWhileMuchIsWritten_GetsAllTextInFewMessages()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var invoker = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"{mesh.Client.DefaultRequestHeaders.Authorization}");
        await socket.ConnectAsync(new UriBuilder(mesh.Address) { Scheme = "ws", Path = "/hubs/mesh" }.Uri, invoker, Test);
        await SendAsync(socket, """{"protocol":"json","version":1}""");
        await SendAsync(socket, $$"""{"type":4,"invocationId":"1","target":"WatchJob","arguments":["{{id}}"]}""");
        await Until.TrueAsync("the reader to be there", () => mesh.Jobs.SubscriberCount == 1);

        for (var n = 0; n < Pieces; n++)
        {
            one.Runs.Single().Text(new string('x', PieceChars));
        }

        one.Runs.Single().Succeed();
        var job = await mesh.EndedAsync(id);
        var (messages, chars) = await ReadAsync(socket);

        Assert.Equal(Pieces * PieceChars, chars);
        Assert.True(job.Version > Pieces, $"{job.Version} events");
        Assert.InRange(messages, 2, Pieces / 4);
        await Until.TrueAsync("no subscriber to be left", () => mesh.Jobs.SubscriberCount == 0);
    }

    private static async Task<(int Messages, int Chars)> ReadAsync(ClientWebSocket socket)
    {
        var (messages, chars, buffer, text) = (0, 0, new byte[64 * 1024], new StringBuilder());
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, Test);
            Assert.NotEqual(WebSocketMessageType.Close, read.MessageType);
            text.Append(Encoding.ASCII.GetString(buffer, 0, read.Count));
            if (read.Count == 0 || text[^1] != End)
            {
                continue;
            }

            foreach (var frame in text.ToString().Split(End, StringSplitOptions.RemoveEmptyEntries).Select(f => JsonSerializer.Deserialize<JsonElement>(f)))
            {
                switch (frame.TryGetProperty("type", out var type) ? type.GetInt32() : 0)
                {
                    case 2:
                        messages++;
                        chars += frame.GetProperty("item").GetProperty("output").EnumerateArray().Sum(o => o.GetProperty("text").GetString()!.Length);
                        break;
                    case 3:
                        return (messages, chars);
                }
            }

            text.Clear();
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string frame) => socket.SendAsync(Encoding.UTF8.GetBytes(frame + End), WebSocketMessageType.Text, true, Test);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
