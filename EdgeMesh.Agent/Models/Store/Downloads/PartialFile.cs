using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Agent.Models.Store.Sources;

namespace EdgeMesh.Agent.Models.Store.Downloads;

/// <summary>
/// The part of a file that is here, with the tag it came with beside it. Ending it without <see cref="Finish"/> (a cut, a crash) keeps it for the next attempt, which hashes
/// what is there before it goes on.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private readonly FileStream _stream;
    private readonly FileHash? _expected;
    private readonly long? _bytes;
    private StreamingHash _hash;

    private PartialFile(FileStream stream, string tagFile, FileHash? expected, long? bytes)
    {
        (_stream, TagFile, _expected, _bytes) = (stream, tagFile, expected, bytes);
        _hash = new StreamingHash(expected, bytes);
    }

    public string Path => _stream.Name;

    /// <summary>Bytes that are here.</summary>
    public long Length { get; private set; }

    /// <summary>The tag of the content that these bytes belong to; null when unknown.</summary>
    public string? Tag { get; private set; }

    private string TagFile { get; }

    /// <summary>The name of the partial for this file; the same content asked for again finds it, from any source that gives its hash.</summary>
    public static string Key(IModelSource source, SourceFile file)
    {
        var identity = file.Hash is { } hash ? $"{hash.Kind}:{hash.Hex}" : $"{source.Name}\n{file.Path}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..40];
    }

    /// <summary>Opens what is there. Bytes that neither a hash nor a tag vouches for are dropped.</summary>
    public static async Task<PartialFile> OpenAsync(string path, SourceFile file, CancellationToken cancellationToken)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferBytes, useAsync: true);
        var partial = new PartialFile(stream, path + ".tag", file.Hash, file.Bytes);
        try
        {
            partial.Tag = File.Exists(partial.TagFile) ? await File.ReadAllTextAsync(partial.TagFile, cancellationToken) : null;
            if ((partial.Tag is null && file.Hash is null) || stream.Length > file.Bytes)
            {
                partial.StartOver();
            }

            await partial.HashWhatIsThereAsync(cancellationToken);
            return partial;
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    /// <summary>Drops the bytes: the source begins again.</summary>
    public void StartOver()
    {
        _stream.SetLength(0);
        _stream.Position = 0;
        Length = 0;
        SetTag(null);
        _hash.Dispose();
        _hash = new StreamingHash(_expected, _bytes);
    }

    public void SetTag(string? tag)
    {
        Tag = tag;
        if (tag is null)
        {
            File.Delete(TagFile);
        }
        else
        {
            File.WriteAllText(TagFile, tag);
        }
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(data, cancellationToken);
        _hash.Append(data.Span);
        Length += data.Length;
    }

    /// <summary>All bytes are here and on the disk: their SHA-256, or null when they are not what was expected.</summary>
    public string? Finish()
    {
        _stream.Flush(flushToDisk: true);
        return _hash.Finish(_expected);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    private async Task HashWhatIsThereAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await _stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            _hash.Append(buffer.AsSpan(0, read));
            Length += read;
        }
    }
}
