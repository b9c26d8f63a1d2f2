using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>Reads ComfyUI's messages until a prompt has ended. Binary messages are previews and are skipped.</summary>
internal static class ComfyProgress
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <exception cref="TaskFailedException">ComfyUI reported an error, or its connection broke.</exception>
    public static async Task FollowAsync(ClientWebSocket socket, string prompt, Action<int, int> step, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            message.SetLength(0);
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                await message.WriteAsync(buffer.AsMemory(0, part.Count), cancellationToken);
            }
            while (!part.EndOfMessage && message.Length < MostBytes);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new TaskFailedException(ReasonCode.BadOutput, "ComfyUI closed the connection before the image was done.");
            }

            if (part.MessageType == WebSocketMessageType.Text && IsDone(message.GetBuffer().AsMemory(0, (int)message.Length), prompt, step))
            {
                return;
            }
        }
    }

    private static bool IsDone(ReadOnlyMemory<byte> text, string prompt, Action<int, int> step)
    {
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        if (!root.TryGetProperty("data", out var data) || (data.TryGetProperty("prompt_id", out var id) && id.GetString() != prompt))
        {
            return false;
        }

        switch (root.GetProperty("type").GetString())
        {
            case "progress" when data.GetProperty("max").GetInt32() is > 0 and var all:
                step(data.GetProperty("value").GetInt32(), all);
                return false;
            case "execution_error":
                var words = data.TryGetProperty("exception_message", out var why) ? why.GetString() : null;
                throw new TaskFailedException(
                    words?.Contains("memory", StringComparison.OrdinalIgnoreCase) == true ? ReasonCode.OutOfMemory : ReasonCode.RuntimeDown, $"ComfyUI failed: {words?.Trim() ?? "no reason given"}");
            case "execution_interrupted":
                throw new TaskFailedException(ReasonCode.Refused, "Someone interrupted it in ComfyUI.");
            case "execution_success":
                return true;
            case "executing":
                return data.TryGetProperty("node", out var node) && node.ValueKind == JsonValueKind.Null && data.TryGetProperty("prompt_id", out _);
            default:
                return false;
        }
    }
}
