using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>Asks the service where the parts of a file go.</summary>
internal static class PartAddresses
{
    /// <summary>
    /// The state with fresh addresses. Where the service goes on with the same upload, the parts that were sent count; where it begins another, its storage does not know
    /// them, and they are sent again.
    /// </summary>
    public static async Task<UploadState> AskAsync(HubApi api, UploadState state, CancellationToken cancellationToken)
    {
        var answer = await api.GetAsync(
            $"models/{state.ModelId}/multipart_upload", [("file_size", $"{state.Bytes}")], FileMultipartUploadURL.Parser, new Subject("Model", state.ModelId), cancellationToken);
        if (answer.UploadId.Length == 0 || answer.MaxPartSize == 0)
        {
            throw HubErrors.Damaged("does not say how to upload");
        }

        var partBytes = (long)Math.Min(answer.MaxPartSize, (ulong)DownloadCheck.ServiceLimit);
        var parts = ((state.Bytes - 1) / partBytes) + 1;
        if (answer.Urls.Count < parts)
        {
            throw HubErrors.Damaged($"has {answer.Urls.Count} addresses for {parts} parts");
        }

        foreach (var url in answer.Urls)
        {
            HubAddress.Storage(url);
        }

        var same = answer.UploadId == state.UploadId && partBytes == state.PartBytes && state.ETags.Length == parts;
        return state with
        {
            UploadId = answer.UploadId,
            PartBytes = partBytes,
            Urls = [.. answer.Urls.Take((int)parts)],
            ETags = same ? state.ETags : [.. new string?[parts]],
        };
    }
}
