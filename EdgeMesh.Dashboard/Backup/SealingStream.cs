namespace EdgeMesh.Dashboard.Backup;

/// <summary>Encrypts what is written to it; <see cref="Complete"/> writes the last block. Without it the file cannot be read.</summary>
internal sealed class SealingStream : Stream
{
    private readonly Stream _target;
    private readonly SealBlocks _blocks;
    private readonly byte[] _plain = new byte[SealBlocks.BlockBytes];
    private readonly byte[] _sealed = new byte[SealBlocks.BlockBytes + SealBlocks.TagBytes];
    private int _filled;

    public SealingStream(Stream target, SealHeader header)
    {
        (_target, _blocks) = (target, new SealBlocks(header));
        target.Write(header.Bytes);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            // A full block is written when more comes: only then it is not the last.
            if (_filled == _plain.Length)
            {
                Send(isLast: false);
            }

            var part = buffer[..Math.Min(buffer.Length, _plain.Length - _filled)];
            part.CopyTo(_plain.AsSpan(_filled));
            _filled += part.Length;
            buffer = buffer[part.Length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public void Complete() => Send(isLast: true);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _blocks.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Send(bool isLast)
    {
        _blocks.Seal(_plain.AsSpan(0, _filled), _sealed, isLast);
        _target.Write(_sealed.AsSpan(0, _filled + SealBlocks.TagBytes));
        _filled = 0;
    }
}
