using EdgeMesh.Agent.Models.Store.Archives;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>A file that a person sends. It comes once: there is nothing to go back to.</summary>
/// <param name="fileName">As the browser says; an archive is unpacked.</param>
/// <param name="content">The bytes; the source ends it.</param>
/// <param name="bytes">Length, when known.</param>
public sealed class UploadSource(string fileName, Stream content, long? bytes = null) : IModelSource
{
    private Stream? _content = content;

    public string Name => $"upload:{fileName}";

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourceFile>>([new SourceFile(SafePath.Check(fileName), bytes, Unpack: ArchiveKinds.Of(fileName) is not null)]);

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _content, null) is { } stream
            ? Task.FromResult(new SourceContent(stream, 0, bytes, null) { ReadAsync = (buffer, token) => ReadAsync(stream, buffer, token) })
            : throw new ModelStoreException(StoreFailure.Truncated, "The upload ended early.");

    private static async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            throw new ModelStoreException(StoreFailure.Truncated, "The upload was cut.");
        }
    }
}
