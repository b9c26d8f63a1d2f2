namespace EdgeMesh.QaiHub.Onnx;

/// <summary>Lets a stream that can only be read be walked as one that can seek forward: what is jumped over is read and forgotten.</summary>
internal sealed class ForwardStream(Stream inner, long length) : Stream
{
    private readonly byte[] _forgotten = new byte[64 * 1024];
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };
        if (to < _position)
        {
            throw new NotSupportedException("This stream goes forward only.");
        }

        while (_position < to)
        {
            if (Read(_forgotten.AsSpan(0, (int)Math.Min(_forgotten.Length, to - _position))) == 0)
            {
                throw new EndOfStreamException();
            }
        }

        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
