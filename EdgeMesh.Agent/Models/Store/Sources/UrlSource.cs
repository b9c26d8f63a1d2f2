using EdgeMesh.Agent.Models.Store.Archives;
using EdgeMesh.Agent.Models.Store.Http;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>A file at a URL: the model itself, or an archive of it.</summary>
/// <param name="http">Guarded.</param>
/// <param name="uri">http or https.</param>
/// <param name="sha256">What it must hash to, when known.</param>
/// <param name="token">A bearer token for its host, or null.</param>
public sealed class UrlSource(GuardedHttp http, Uri uri, string? sha256 = null, string? token = null) : IModelSource
{
    // Query and user info may be secrets (signed links).
    public string Name => uri.GetComponents(UriComponents.Scheme | UriComponents.HostAndPort | UriComponents.Path, UriFormat.UriEscaped);

    public Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        var name = Uri.UnescapeDataString(uri.Segments[^1]);
        return Task.FromResult<IReadOnlyList<SourceFile>>(
            [new SourceFile(name, Hash: sha256 is null ? null : FileHash.Sha256(sha256), Unpack: ArchiveKinds.Of(name) is not null)]);
    }

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken) =>
        HttpFile.OpenAsync(http, uri, token, offset, tag, cancellationToken);
}
