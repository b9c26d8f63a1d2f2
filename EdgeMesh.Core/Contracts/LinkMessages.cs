using System.Net.WebSockets;
using Google.Protobuf;

namespace EdgeMesh.Core.Contracts;

/// <summary>Handshake messages over a WebSocket: one binary message each, small.</summary>
public static class LinkMessages
{
    /// <summary>Largest handshake message, bytes.</summary>
    public const int Largest = 4096;

    public static Task SendAsync(WebSocket socket, IMessage message, CancellationToken cancellationToken) =>
        socket.SendAsync(message.ToByteArray(), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    /// <summary>Reads one message; throws <see cref="InvalidDataException"/> when it is not one.</summary>
    public static async Task<T> ReceiveAsync<T>(WebSocket socket, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var buffer = new byte[Largest];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType != WebSocketMessageType.Binary || (!part.EndOfMessage && length == Largest))
            {
                throw new InvalidDataException("This is not a handshake message.");
            }

            if (part.EndOfMessage)
            {
                try
                {
                    return parser.ParseFrom(buffer, 0, length);
                }
                catch (InvalidProtocolBufferException e)
                {
                    throw new InvalidDataException("This is not a handshake message.", e);
                }
            }
        }
    }
}
