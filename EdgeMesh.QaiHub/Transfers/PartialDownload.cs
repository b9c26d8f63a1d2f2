using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>
/// The part of a download that is here, with the tag of its content beside it. Ending it without <see cref="Finish"/> keeps it for the next attempt; bytes without a strong
/// tag could belong to another file and are dropped.
/// </summary>
internal sealed class PartialDownload : IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private const int HeadBytes = 64;
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly byte[] _head = new byte[HeadBytes];
    private IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartialDownload(string path)
    {
        _path = path;
        _stream = new FileStream(PartOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferBytes, useAsync: true);
    }

    /// <summary>Bytes that are here.</summary>
    public long Length { get; private set; }

    /// <summary>The tag of the content that they belong to.</summary>
    public string? Tag { get; private set; }

    private string TagFile => PartOf(_path) + ".tag";

    public static long LengthOf(string path) => new FileInfo(PartOf(path)) is { Exists: true } part ? part.Length : 0;

    public static async Task<PartialDownload> OpenAsync(string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = new PartialDownload(path);
        try
        {
            partial.Tag = File.Exists(partial.TagFile) ? await File.ReadAllTextAsync(partial.TagFile, cancellationToken) : null;
            if (partial.Tag is null)
            {
                partial._stream.SetLength(0);
            }

            var buffer = new byte[BufferBytes];
            int read;
            while ((read = await partial._stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                partial.Take(buffer.AsSpan(0, read));
            }

            return partial;
        }
        catch
        {
            partial.Dispose();
            throw;
        }
    }

    /// <summary>The storage begins at the first byte.</summary>
    public void StartOver(EntityTagHeaderValue? tag)
    {
        _stream.SetLength(0);
        Length = 0;
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Tag = tag is { IsWeak: false } ? tag.Tag : null;
        File.Delete(TagFile);
        if (Tag is not null)
        {
            File.WriteAllText(TagFile, Tag);
        }
    }

    /// <summary>The storage does not go on with these bytes: they are dropped, and the next try begins anew.</summary>
    public QaiHubException Useless()
    {
        StartOver(null);
        return new QaiHubException(HubFailure.DownloadRefused, "The storage does not go on with what is here.", "Try again; it begins anew.") { Passing = true };
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(data, cancellationToken);
        Take(data.Span);
    }

    /// <summary>Everything is here: checks it and gives it its name.</summary>
    public DownloadedFile Finish(DownloadCheck check)
    {
        var sha = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (FileContents.Problem(check.Content, _head.AsSpan(0, (int)Math.Min(Length, HeadBytes))) is { } problem)
        {
            StartOver(null);
            throw new QaiHubException(HubFailure.WrongType, problem, "It was not kept. Check that this is the right job; its log may say more.");
        }

        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(PartOf(_path), _path, overwrite: true);
        File.Delete(TagFile);
        return new DownloadedFile(_path, Length, sha);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _hash.Dispose();
    }

    private static string PartOf(string path) => path + ".part";

    private void Take(ReadOnlySpan<byte> data)
    {
        if (Length < HeadBytes)
        {
            data[..(int)Math.Min(data.Length, HeadBytes - Length)].CopyTo(_head.AsSpan((int)Length));
        }

        _hash.AppendData(data);
        Length += data.Length;
    }
}
