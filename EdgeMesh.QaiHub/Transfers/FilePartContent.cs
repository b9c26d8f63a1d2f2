using System.Buffers;
using System.Net;
using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>A part of a file as the body of a request: read in pieces as the network takes them, so its size costs no memory.</summary>
/// <param name="sent">Told how many of its bytes are out; begins anew when the connection is.</param>
internal sealed class FilePartContent(SafeFileHandle file, string path, long offset, long length, Action<long> sent) : HttpContent
{
    private const int PieceBytes = 128 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (var done = 0L; done < length;)
            {
                var read = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(PieceBytes, length - done)), offset + done, cancellationToken);
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                done += read;
                sent(done);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length1)
    {
        length1 = length;
        return true;
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, long at, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(file, buffer, at, cancellationToken) is > 0 and var read
                ? read
                : throw new QaiHubException(HubFailure.FileChanged, $"{Path.GetFileName(path)} became shorter while it was sent.", "Begin a new upload.");
        }
        catch (IOException e)
        {
            throw UploadFile.Local(path, "cannot be read", e);
        }
    }
}
