using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Http;

namespace EdgeMesh.QaiHub.Transfers;

/// <inheritdoc/>
internal sealed class HubDownloads(HubTransport transport, HubRetries retries) : IHubDownloads
{
    private const int BufferBytes = 128 * 1024;
    private const int MostErrorBytes = 64 * 1024;

    public async Task<DownloadedFile> SaveAsync(HubFile file, string path, DownloadCheck? check, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        check ??= new DownloadCheck();
        try
        {
            return await PersistAsync(file, Path.GetFullPath(path), check, progress, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new QaiHubException(HubFailure.LocalFile, $"{path} cannot be written: {PlainLine.Of(e.Message)}", "Check the folder, its permissions and the free space.", e);
        }
    }

    /// <summary>Retries run out only when they bring nothing new: a large file over a bad line may be cut more often than that.</summary>
    private async Task<DownloadedFile> PersistAsync(HubFile file, string path, DownloadCheck check, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        for (var best = 0L; ;)
        {
            try
            {
                return await retries.Repeatable.ExecuteAsync(async token => await AttemptAsync(file, path, check, progress, token), cancellationToken);
            }
            catch (QaiHubException e) when (e.Passing && PartialDownload.LengthOf(path) > best)
            {
                best = PartialDownload.LengthOf(path);
            }
        }
    }

    private async Task<DownloadedFile> AttemptAsync(HubFile file, string path, DownloadCheck check, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        using var partial = await PartialDownload.OpenAsync(path, cancellationToken);
        using var stall = new StallTimer(transport.Timings.StorageResponse, transport.Time, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigRules.IsSafe(file.Url) ? file.Url : HubAddress.Storage(file.Url.OriginalString));
        if (partial.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(partial.Length, null);
            request.Headers.TryAddWithoutValidation("If-Range", partial.Tag);
        }

        using var response = await transport.SendAsync(request, stall, cancellationToken);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response.Content.Headers.ContentRange?.Length == partial.Length ? partial.Finish(check) : throw partial.Useless();
        }

        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            var text = await transport.ReadAllAsync(response, MostErrorBytes, stall, cancellationToken) ?? [];
            throw StorageErrors.From(response.StatusCode, Encoding.UTF8.GetString(text), HubFailure.DownloadRefused);
        }

        if (response.StatusCode == HttpStatusCode.OK)
        {
            partial.StartOver(response.Headers.ETag);
        }
        else if (response.Content.Headers.ContentRange?.From != partial.Length)
        {
            throw partial.Useless();
        }

        var total = partial.Length + response.Content.Headers.ContentLength;
        Allow(total ?? 0, check);
        await CopyAsync(response, partial, total, check, progress, stall, cancellationToken);
        return partial.Length == total || total is null
            ? partial.Finish(check)
            : throw new QaiHubException(HubFailure.WrongSize, $"The download ended after {partial.Length:N0} of {total:N0} bytes.", "Try again; it goes on where it was.") { Passing = true };
    }

    private async Task CopyAsync(
        HttpResponseMessage response, PartialDownload partial, long? total, DownloadCheck check, IProgress<DownloadProgress>? progress, StallTimer stall, CancellationToken cancellationToken)
    {
        var host = response.RequestMessage!.RequestUri!.Host;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await transport.ReadAsync(body, buffer, stall, host, cancellationToken)) > 0)
        {
            Allow(partial.Length + read, check);
            await partial.AppendAsync(buffer.AsMemory(0, read), cancellationToken);
            progress?.Report(new DownloadProgress(partial.Length, total));
        }
    }

    private static void Allow(long bytes, DownloadCheck check)
    {
        if (bytes > check.MostBytes)
        {
            throw new QaiHubException(HubFailure.WrongSize, $"The file has more than the {check.MostBytes:N0} bytes that are allowed.", "Check that this is the right job.");
        }
    }
}
