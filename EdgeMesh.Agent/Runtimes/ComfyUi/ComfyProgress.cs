using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.ComfyUi;

/// <summary>Reads ComfyUI's messages about a prompt. Binary messages are previews; they and what cannot be read are skipped.</summary>
internal static class ComfyProgress
{
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Completes when ComfyUI said that the prompt has ended, or when there is nothing more to hear; what came of it is in its history.</summary>
    /// <exception cref="TaskFailedException">ComfyUI reported an error or an interruption.</exception>
    public static async Task FollowAsync(WebSocket socket, string prompt, Action<int, int> step, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            message.SetLength(0);
            ValueWebSocketReceiveResult part;
            do
            {
                try
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                }
                catch (Exception e) when (e is WebSocketException or IOException && !cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                if (message.Length < MostBytes)
                {
                    await message.WriteAsync(buffer.AsMemory(0, part.Count), cancellationToken);
                }
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close || (part.MessageType == WebSocketMessageType.Text && IsDone(message.GetBuffer().AsMemory(0, (int)message.Length), prompt, step)))
            {
                return;
            }
        }
    }

    private static bool IsDone(ReadOnlyMemory<byte> text, string prompt, Action<int, int> step)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return IsDone(json.RootElement.At("type").Text(), json.RootElement.At("data"), prompt, step);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsDone(string? type, JsonElement data, string prompt, Action<int, int> step)
    {
        var about = data.At("prompt_id").Text();
        if (about is not null && about != prompt)
        {
            return false;
        }

        switch (type)
        {
            case "progress" when data.At("max").Count() is > 0 and var all && data.At("value").Count() is { } done:
                step(Math.Min(done, all), all);
                return false;
            case "execution_error" when about is not null:
                throw ComfyResult.Failed(data);
            case "execution_interrupted" when about is not null:
                throw ComfyResult.Interrupted();
            case "execution_success":
                return about is not null;
            case "executing":
                return about is not null && data.At("node").ValueKind == JsonValueKind.Null;
            default:
                return false;
        }
    }
}
