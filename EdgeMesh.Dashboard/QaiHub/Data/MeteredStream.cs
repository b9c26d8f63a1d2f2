namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>
/// A picture's bytes for a decoder that takes the end for zeros, and follows lengths in the file back to where it was: it may read each byte about twice (once to look, once to decode) and hardly beyond
/// the end. A reader of a whole picture needs less; one that goes in circles is told.
/// </summary>
internal sealed class MeteredStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    private const int Beyond = 256;
    private long _left = (2L * bytes.Length) + 4_096;
    private int _beyond = Beyond;

    /// <exception cref="EndOfStreamException">It has read too much.</exception>
    public override int ReadByte()
    {
        var read = base.ReadByte();
        Count(read < 0 ? 0 : 1);
        return read;
    }

    /// <exception cref="EndOfStreamException">It has read too much.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        if (count > 0)
        {
            Count(read);
        }

        return read;
    }

    private void Count(int read)
    {
        _left -= read;
        _beyond -= read == 0 ? 1 : 0;
        if (_left < 0 || _beyond < 0)
        {
            throw new EndOfStreamException();
        }
    }
}
