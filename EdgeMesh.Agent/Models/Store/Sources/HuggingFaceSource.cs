using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Models.Store.Http;
using Microsoft.Extensions.FileSystemGlobbing;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>Files of a Hugging Face repository, with the hashes that its tree listing gives: SHA-256 for large files, git's for small ones.</summary>
public sealed partial class HuggingFaceSource : IModelSource
{
    public static readonly Uri PublicHost = new("https://huggingface.co");
    private const int MostPages = 50;
    private const int MostListingBytes = 8 * 1024 * 1024;
    private readonly GuardedHttp _http;
    private readonly string _repository;
    private readonly string _revision;
    private readonly string? _token;
    private readonly Uri _host;
    private readonly Matcher? _wanted;

    /// <param name="http">Guarded.</param>
    /// <param name="repository"><c>organisation/name</c>.</param>
    /// <param name="patterns">Which files, as <c>onnx/model_q4*</c>; <c>!</c> in front excludes. Empty takes all.</param>
    /// <param name="revision">Branch, tag or commit.</param>
    /// <param name="token">An access token, or null.</param>
    /// <param name="host">Another host that speaks the same protocol, or null.</param>
    public HuggingFaceSource(
        GuardedHttp http, string repository, IReadOnlyCollection<string>? patterns = null, string revision = "main", string? token = null, Uri? host = null)
    {
        if (!RepositoryName().IsMatch(repository) || !Revision().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ModelStoreException(StoreFailure.NotFound, $"\"{repository}@{revision}\" is not the name of a repository: organisation/name is.");
        }

        (_http, _repository, _revision, _token, _host) = (http, repository, revision, token, host ?? PublicHost);
        _wanted = patterns is { Count: > 0 } ? Patterns(patterns) : null;
    }

    public string Name => $"hf:{_repository}@{_revision}";

    public async Task<IReadOnlyList<SourceFile>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>();
        var page = new Uri(_host, $"api/models/{_repository}/tree/{Uri.EscapeDataString(_revision)}?recursive=true");
        for (var i = 0; i < MostPages; i++)
        {
            using var response = await _http.GetAsync(page, _token, null, cancellationToken);
            files.AddRange((await ReadAsync(response, cancellationToken)).Where(e => e.Type == "file" && (_wanted is null || _wanted.Match(e.Path).HasMatches)).Select(ToFile));
            if (NextPage(response) is not { } next)
            {
                break;
            }

            page = new Uri(page, next);
        }

        return files.Count > 0 ? files : throw new ModelStoreException(StoreFailure.NotFound, $"{_repository} has no file of those that were asked for.");
    }

    public Task<SourceContent> OpenAsync(SourceFile file, long offset, string? tag, CancellationToken cancellationToken)
    {
        var path = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        return HttpFile.OpenAsync(_http, new Uri(_host, $"{_repository}/resolve/{Uri.EscapeDataString(_revision)}/{path}"), _token, offset, tag, cancellationToken);
    }

    private async Task<IReadOnlyList<HuggingFaceEntry>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MostListingBytes, cancellationToken);
            return JsonSerializer.Deserialize<List<HuggingFaceEntry>>(await response.Content.ReadAsByteArrayAsync(cancellationToken), JsonSerializerOptions.Web) ?? [];
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new ModelStoreException(StoreFailure.SourceFailed, $"The file list of {_repository} cannot be read: {e.Message}") { Transient = e is not JsonException };
        }
    }

    private static Matcher Patterns(IReadOnlyCollection<string> patterns)
    {
        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddIncludePatterns(patterns.All(p => p.StartsWith('!')) ? ["**/*"] : patterns.Where(p => !p.StartsWith('!')));
        matcher.AddExcludePatterns(patterns.Where(p => p.StartsWith('!')).Select(p => p[1..]));
        return matcher;
    }

    private static SourceFile ToFile(HuggingFaceEntry entry) => entry.Lfs is { } large
        ? new SourceFile(entry.Path, large.Size, FileHash.Sha256(large.Oid))
        : new SourceFile(entry.Path, entry.Size, new FileHash(HashKind.GitBlob, entry.Oid.ToLowerInvariant()));

    private static string? NextPage(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var links) && NextLink().Match(string.Join(',', links)) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}$")]
    private static partial Regex RepositoryName();

    [GeneratedRegex(@"^[A-Za-z0-9][\w./-]{0,99}$")]
    private static partial Regex Revision();

    [GeneratedRegex("<([^>]+)>;\\s*rel=\"next\"")]
    private static partial Regex NextLink();
}
