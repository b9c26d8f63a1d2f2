using EdgeMesh.Agent.Files;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Decrypts a sealed file as it is read, and gives out nothing that is not authentic; its end is only the end that was written.</summary>
internal sealed class OpeningStream(Stream source, SealHeader header) : ReadOnlyStream
{
    private readonly SealBlocks _blocks = new(header);
    private readonly byte[] _plain = new byte[SealBlocks.BlockBytes];
    private byte[] _sealed = new byte[SealBlocks.BlockBytes + SealBlocks.TagBytes];
    private byte[] _ahead = new byte[SealBlocks.BlockBytes + SealBlocks.TagBytes];
    private int _aheadLength = -1;
    private int _at;
    private int _filled;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        while (_at == _filled)
        {
            if (_ended)
            {
                return 0;
            }

            OpenNext();
        }

        var part = _plain.AsSpan(_at, Math.Min(buffer.Length, _filled - _at));
        part.CopyTo(buffer);
        _at += part.Length;
        return part.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _blocks.Dispose();
        }

        base.Dispose(disposing);
    }

    // One block is read ahead: whether a block is the last shows when nothing follows it.
    private void OpenNext()
    {
        if (_aheadLength < 0)
        {
            _aheadLength = ReadAhead();
        }

        (_sealed, _ahead) = (_ahead, _sealed);
        var length = _aheadLength;
        _aheadLength = length < _sealed.Length ? 0 : ReadAhead();
        _ended = _aheadLength == 0;
        if (length < SealBlocks.TagBytes)
        {
            throw new BackupException("The backup is cut off. Use another copy of it.");
        }

        _blocks.Open(_sealed.AsSpan(0, length), _plain, _ended);
        (_at, _filled) = (0, length - SealBlocks.TagBytes);
    }

    private int ReadAhead() => source.ReadAtLeast(_ahead, _ahead.Length, throwOnEndOfStream: false);
}
