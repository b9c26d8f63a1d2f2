using System.Text;
using EdgeMesh.QaiHub.Http;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>Sends the parts of a file that the storage does not have, one after the other.</summary>
internal sealed class PartUploader(HubApi api, IProgress<UploadProgress>? progress)
{
    private const int MostErrorBytes = 64 * 1024;
    private const int MostFreshAddresses = 3;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>What the machine's own send buffer may still hold when the last byte is handed over.</summary>
    private const double BufferedBytes = 8e6;

    private long _reported;

    /// <summary>The state with all parts sent.</summary>
    public async Task<UploadState> SendAsync(UploadState state, CancellationToken cancellationToken)
    {
        using var file = new UploadFile(state);
        var refused = 0;
        while (state.ETags.IndexOf(null) is >= 0 and var part)
        {
            try
            {
                var now = state;
                var tag = await api.Retries.Repeatable.ExecuteAsync(async token => await SendPartAsync(file, now, part, token), cancellationToken);
                file.Unchanged();
                state = state with { ETags = state.ETags.SetItem(part, tag) };
                progress?.Report(new UploadProgress(state, state.BytesDone, state.Bytes));
                refused = 0;
            }
            catch (QaiHubException e) when (StorageErrors.WantsFreshAddress(e) && refused++ < MostFreshAddresses)
            {
                state = await PartAddresses.AskAsync(api, state, cancellationToken);
                progress?.Report(new UploadProgress(state, state.BytesDone, state.Bytes));
            }
        }

        return state;
    }

    private async Task<string> SendPartAsync(UploadFile file, UploadState state, int part, CancellationToken cancellationToken)
    {
        var (transport, bytes) = (api.Transport, state.BytesOf(part));
        using var stall = new StallTimer(transport.Timings.Response, transport.Time, cancellationToken);
        var began = transport.Time.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Put, HubAddress.Storage(state.Urls[part]));
        request.Headers.ExpectContinue = true; // an address that expired says so before a gigabyte is on its way
        request.Content = new FilePartContent(file.Handle, state.Path, part * state.PartBytes, bytes, sent =>
        {
            var left = sent < bytes ? transport.Timings.Response : transport.Timings.StorageResponse + (transport.Time.GetElapsedTime(began) * Math.Min(1, BufferedBytes / bytes));
            stall.Moved(left);
            Report(state, sent);
        });
        using var response = await transport.SendAsync(request, stall, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var text = await transport.ReadAllAsync(response, MostErrorBytes, stall, cancellationToken) ?? [];
            throw StorageErrors.From(response.StatusCode, Encoding.UTF8.GetString(text), HubFailure.UploadRefused);
        }

        // Verbatim, quotes and all: the service hands it back to the storage as it is.
        return response.Headers.NonValidated.TryGetValues("ETag", out var tags) && tags.ToString() is { Length: > 0 } tag
            ? tag
            : throw new QaiHubException(HubFailure.UploadRefused, "The storage took a part and did not say what it has (no ETag).", "Try again. If it happens again, check any proxy in between.");
    }

    private void Report(UploadState state, long sent)
    {
        if (progress is not null && api.Transport.Time.GetElapsedTime(_reported) >= ReportEvery)
        {
            _reported = api.Transport.Time.GetTimestamp();
            progress.Report(new UploadProgress(state, state.BytesDone + sent, state.Bytes));
        }
    }
}
