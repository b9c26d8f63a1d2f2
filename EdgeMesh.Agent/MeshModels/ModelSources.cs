using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Http;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>A wish as the store understands it. What it says came over the link: it is checked like anything from outside.</summary>
internal sealed class ModelSources(GuardedHttp http, NamedFolders folders)
{
    /// <summary>The id it will have.</summary>
    public static ModelId IdOf(InstallWish wish) => wish switch
    {
        { Id.Length: > 0 } => ModelId.From(wish.Id),
        { HuggingFace: { } hub } => ModelId.From(hub.Repository),
        { Download: { } download } => ModelId.From(Path.GetFileNameWithoutExtension(Web(download.Url).Segments[^1])),
        { Folder: { } folder } => ModelId.From(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder.Path))),
        _ => throw new ModelStoreException(StoreFailure.NotFound, "The model has no name."),
    };

    /// <param name="relay">What answers for a relay's files; null where none may be fetched (a preview).</param>
    public IModelSource Open(InstallWish wish, RelayFiles? relay) => wish switch
    {
        { HuggingFace: { } hub } => new HuggingFaceSource(
            http, hub.Repository, hub.Files, hub.Revision.Length == 0 ? "main" : hub.Revision, Given(hub.Token), hub.Host.Length == 0 ? null : Host(hub.Host)),
        { Download: { } download } => new UrlSource(http, Web(download.Url), Given(download.Sha256), Given(download.Token)),
        { Folder: { } folder } => folders.Open(folder.Path),
        { Relay: { } files } => new RelaySource(files, relay),
        _ => throw new ModelStoreException(StoreFailure.NotFound, "The wish names no source that this agent knows."),
    };

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static Uri Host(string host) => Web(host.EndsWith('/') ? host : host + "/");

    private static Uri Web(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? uri
        : throw new ModelStoreException(StoreFailure.NotFound, "This is not an http or https address.");
}
