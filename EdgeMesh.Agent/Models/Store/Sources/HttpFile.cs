using System.Net;
using System.Net.Http.Headers;
using EdgeMesh.Agent.Models.Store.Http;

namespace EdgeMesh.Agent.Models.Store.Sources;

/// <summary>One file over HTTP, from an offset where the server can.</summary>
internal static class HttpFile
{
    public static async Task<SourceContent> OpenAsync(GuardedHttp http, Uri uri, string? token, long offset, string? tag, CancellationToken cancellationToken)
    {
        var response = await http.GetAsync(uri, token, headers => Ask(headers, offset, tag), cancellationToken);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // What is here is longer than what is there: the content changed.
            response.Dispose();
            (offset, tag) = (0, null);
            response = await http.GetAsync(uri, token, headers => Ask(headers, offset, tag), cancellationToken);
        }

        var range = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange : null;
        var found = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        if (offset > 0 && range?.From == offset && tag is not null && found is not null && tag != found)
        {
            // A server that ignores If-Range: its range belongs to other content.
            response.Dispose();
            return await OpenAsync(http, uri, token, 0, null, cancellationToken);
        }

        var from = range?.From == offset ? offset : 0;
        if (range is not null && range.From != offset)
        {
            response.Dispose();
            throw new ModelStoreException(StoreFailure.SourceFailed, $"{uri.Host} sent another part of the file than was asked for.") { Transient = true };
        }

        var total = range?.Length ?? (response.Content.Headers.ContentLength is { } rest ? rest + from : null);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new SourceContent(stream, from, total, found) { ReadAsync = (buffer, token) => http.ReadAsync(stream, buffer, token) };
    }

    private static void Ask(HttpRequestHeaders headers, long offset, string? tag)
    {
        if (offset > 0)
        {
            headers.Range = new RangeHeaderValue(offset, null);
            headers.IfRange = tag is null ? null : new RangeConditionHeaderValue(new EntityTagHeaderValue(tag));
        }
    }
}
