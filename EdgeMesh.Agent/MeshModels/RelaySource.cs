using System.Threading.Channels;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Archives;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>Files that come over the link: another device's, or a person's upload. Those that are here by their hash are not asked for.</summary>
/// <param name="relay">What is offered.</param>
/// <param name="files">How they are asked for; null when nothing may be.</param>
internal sealed class RelaySource(Relay relay, RelayFiles? files) : IModelSource
{
    public string Name => relay.Name;

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SourceFile>>(
        relay.Files.Count == 0
            ? throw new ModelStoreException(StoreFailure.NotFound, "No file is offered.")
            : [.. relay.Files.Select(f => new SourceFile(f.Path, f.Bytes, Hash(f.Sha256), relay.Unpack && ArchiveKinds.Of(f.Path) is not null))]);

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken)
    {
        var want = files?.Ask(file.Path, offset) ?? throw new ModelStoreException(StoreFailure.SourceFailed, "Nothing is fetched here.");
        return Task.FromResult(new SourceContent(Stream.Null, offset, file.Bytes, file.Hash?.Hex) { ReadAsync = (buffer, token) => files.ReadAsync(want, buffer, token) });
    }

    private static FileHash Hash(string sha256) => FileHash.IsSha256(sha256)
        ? FileHash.Sha256(sha256)
        : throw new ModelStoreException(StoreFailure.WrongHash, "A file is offered without its hash.");
}

/// <summary>The files of one relay: asked for by number, their chunks in order. One reader.</summary>
internal sealed class RelayFiles(Action<WantFile> ask)
{
    // A few chunks ahead; beyond that the link's own flow control holds the sender.
    private readonly Channel<FileChunk> _chunks = Channel.CreateBounded<FileChunk>(8);
    private FileChunk? _now;
    private int _read;
    private int _wants;

    public int Ask(string path, long offset)
    {
        (_now, _read) = (null, 0);
        ask(new WantFile { Want = ++_wants, Path = path, Offset = offset });
        return _wants;
    }

    public ValueTask ArrivedAsync(FileChunk chunk, CancellationToken cancellationToken) => _chunks.Writer.WriteAsync(chunk, cancellationToken);

    /// <summary>No more chunks come; why, or null when the link ended.</summary>
    public void End(string? why) => _chunks.Writer.TryComplete(new ModelStoreException(StoreFailure.SourceFailed, why ?? "The link ended before the files were here."));

    public async ValueTask<int> ReadAsync(int want, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_now is null || (_read == _now.Data.Length && !_now.Last))
        {
            try
            {
                var chunk = await _chunks.Reader.ReadAsync(cancellationToken);
                (_now, _read) = chunk.Want == want ? (chunk, 0) : (null, 0); // what an earlier attempt asked for is dropped
            }
            catch (ChannelClosedException e) when (e.InnerException is ModelStoreException told)
            {
                throw told;
            }
        }

        var some = Math.Min(buffer.Length, _now.Data.Length - _read);
        _now.Data.Span.Slice(_read, some).CopyTo(buffer.Span);
        _read += some;
        return some;
    }
}
