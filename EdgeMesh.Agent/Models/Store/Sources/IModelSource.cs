namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>A file that a source offers.</summary>
/// <param name="Path">Where it belongs in the model's folder; from outside, so not yet trusted.</param>
/// <param name="Bytes">Length; null when the source does not say.</param>
/// <param name="Hash">What it must hash to; null when the source does not say.</param>
/// <param name="Unpack">It is an archive whose entries are the model's files.</param>
public sealed record SourceFile(string Path, long? Bytes = null, FileHash? Hash = null, bool Unpack = false);

/// <summary>An open file of a source.</summary>
/// <param name="Stream">The bytes from <paramref name="Offset"/> on.</param>
/// <param name="Offset">Where they begin: what was asked for, or 0 when the source starts over.</param>
/// <param name="TotalBytes">Length of the whole file, as the source says now; null when it does not.</param>
/// <param name="Tag">Names this very content, so that a later attempt may go on; null when nothing does.</param>
public sealed record SourceContent(Stream Stream, long Offset, long? TotalBytes, string? Tag) : IAsyncDisposable
{
    /// <summary>Reads a piece; a source that knows about cut connections says so in its own words.</summary>
    public Func<Memory<byte>, CancellationToken, ValueTask<int>> ReadAsync { get; init; } = Stream.ReadAsync;

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}

/// <summary>Where a model comes from.</summary>
public interface IModelSource
{
    /// <summary>For the manifest and for people; never with a secret in it.</summary>
    string Name { get; }

    /// <summary>The files of the model.</summary>
    Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Opens a file at an offset.</summary>
    /// <param name="file">One that <see cref="ListAsync"/> gave.</param>
    /// <param name="offset">Bytes that are here already.</param>
    /// <param name="tag">The tag those bytes came with; when the content has another one now, the source starts over at 0.</param>
    Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken);
}
