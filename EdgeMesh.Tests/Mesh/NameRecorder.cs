using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeMesh.Tests.Mesh;

/// <summary>A name server on a host of a lab that knows no name and keeps what it was asked for.</summary>
internal sealed class NameRecorder : IAsyncDisposable
{
    private const int HeaderBytes = 12;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly UdpClient _socket;
    private readonly Task _answering;

    public NameRecorder(LabHost host)
    {
        _socket = host.Inside(() => new UdpClient(new IPEndPoint(IPAddress.Loopback, 53)));
        _answering = AnswerAsync();
    }

    public IReadOnlyCollection<string> Asked => _asked;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _answering;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                _asked.Enqueue(Name(question.Buffer));
                question.Buffer[2] |= 0x80; // an answer
                question.Buffer[3] = 0x83;  // no such name
                await _socket.SendAsync(question.Buffer, question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static string Name(byte[] message)
    {
        var labels = new List<string>();
        for (var at = HeaderBytes; at < message.Length && message[at] > 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
        }

        return string.Join('.', labels);
    }
}
