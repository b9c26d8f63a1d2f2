using System.Buffers;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// A server's answer as it comes, bounded. As events it is made what the standard asks for: a line <c>error: …</c> becomes an event of that name, and the last
/// event ends although the server did not end it, or broke off behind it.
/// </summary>
internal sealed class ServerStream(Stream inner) : ReadOnlyStream
{
    /// <summary>Bytes of an answer at most.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Bytes of an event at most.</summary>
    public const int MostEventBytes = 4 * 1024 * 1024;

    private readonly byte[] _raw = new byte[16 * 1024];
    private readonly ArrayBufferWriter<byte> _ready = new();
    private int _rawAt;
    private int _rawLength;
    private int _readyAt;
    private long _total;
    private int _event;
    private int _matched;
    private bool _ended;
    private Exception? _broken;

    /// <summary>Whether it is read as events.</summary>
    public bool AsEvents { get; set; }

    private static ReadOnlySpan<byte> ErrorField => "error:"u8;

    /// <summary>The first byte that is no blank, which stays to be read; null when there is none.</summary>
    public async Task<byte?> PeekAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (_rawAt < _rawLength && _raw[_rawAt] is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t' or 0xEF or 0xBB or 0xBF)
            {
                _rawAt++;
            }

            if (_rawAt < _rawLength)
            {
                return _raw[_rawAt];
            }

            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_readyAt == _ready.WrittenCount)
        {
            _ready.ResetWrittenCount();
            _readyAt = 0;
            if (_rawAt == _rawLength && !await FillAsync(cancellationToken))
            {
                if (!_ended)
                {
                    _ended = true;
                    End();
                    continue;
                }

                return _broken is null ? 0 : throw new IOException(_broken.Message, _broken);
            }

            Pass(_raw.AsSpan(_rawAt, _rawLength - _rawAt));
            _rawAt = _rawLength;
        }

        var length = Math.Min(buffer.Length, _ready.WrittenCount - _readyAt);
        _ready.WrittenMemory.Slice(_readyAt, length).CopyTo(buffer);
        _readyAt += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // A connection that breaks ends the answer first; what came until then is read.
    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_ended || _broken is not null)
        {
            return false;
        }

        try
        {
            (_rawAt, _rawLength) = (0, await inner.ReadAsync(_raw, cancellationToken));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            (_broken, _rawAt, _rawLength) = (e, 0, 0);
        }

        _total += _rawLength;
        return _total > MostBytes ? throw new InvalidDataException($"It sent more than {MostBytes / 1024 / 1024} MiB.") : _rawLength > 0;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        if (!AsEvents)
        {
            _ready.Write(bytes);
            return;
        }

        foreach (var b in bytes)
        {
            Pass(b);
        }
    }

    private void Pass(byte b)
    {
        if (_matched >= 0 && b == ErrorField[_matched])
        {
            if (++_matched == ErrorField.Length)
            {
                _ready.Write("event: error\ndata:"u8);
                _matched = -1;
            }

            return;
        }

        if (_matched > 0)
        {
            _ready.Write(ErrorField[.._matched]);
        }

        var endsLine = b is (byte)'\n' or (byte)'\r';
        _event = endsLine && _matched == 0 ? 0 : _event + 1;
        if (_event > MostEventBytes)
        {
            throw new InvalidDataException($"It sent an event of more than {MostEventBytes / 1024 / 1024} MiB.");
        }

        _matched = endsLine ? 0 : -1;
        _ready.Write([b]);
    }

    private void End()
    {
        if (AsEvents)
        {
            _ready.Write(_matched > 0 ? ErrorField[.._matched] : []);
            _ready.Write("\n\n"u8);
        }
    }
}
