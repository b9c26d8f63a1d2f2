namespace EdgeMesh.QaiHub.Emulator.Faults;

/// <summary>Lets some bytes through and then ends the connection.</summary>
internal sealed class CutOffStream(Stream inner, long after, Action cut) : Stream
{
    private long _left = after;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int through = (int)Math.Min(_left, buffer.Length);
        await inner.WriteAsync(buffer[..through], cancellationToken);
        _left -= through;
        if (through < buffer.Length)
        {
            await inner.FlushAsync(cancellationToken);
            cut();
            throw new IOException("The connection was cut off on purpose.");
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
