using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <inheritdoc/>
internal sealed class HubModels(HubApi api) : IHubModels
{
    public async Task<UploadState> BeginUploadAsync(ModelUpload upload, CancellationToken cancellationToken)
    {
        var (bytes, modified) = UploadFile.Stat(upload.Path);
        if (bytes > DownloadCheck.ServiceLimit)
        {
            throw new QaiHubException(HubFailure.TooLarge, $"{Path.GetFileName(upload.Path)} has {bytes:N0} bytes; the service takes 10 GB.", "Make the model smaller, for example with 16-bit weights.");
        }

        var model = new Model { Name = upload.Name, ModelType = upload.Type, IsDirectory = upload.Directory };
        var id = HubApi.CreatedId(await api.PostAsync("models", model, new Subject("Models"), cancellationToken));
        return await PartAddresses.AskAsync(api, new UploadState(id, Path.GetFullPath(upload.Path), bytes, modified, "", 0, [], []), cancellationToken);
    }

    public async Task<string> ContinueUploadAsync(UploadState state, IProgress<UploadProgress>? progress, CancellationToken cancellationToken)
    {
        HubAddress.Id(state.ModelId, "model");
        var sent = await new PartUploader(api, progress).SendAsync(state, cancellationToken);
        var complete = new FileMultipartUploadComplete { UploadId = sent.UploadId, Etags = { sent.ETags.Select(t => t!) } };
        await api.PostAsync($"models/{sent.ModelId}/multipart_upload", complete, new Subject("Model", sent.ModelId), cancellationToken);
        return sent.ModelId;
    }

    public async Task<HubPage<HubModel>> ListAsync(int offset, int limit, string? producer, CancellationToken cancellationToken)
    {
        (string, string)[] query = [("offset", $"{offset}"), ("limit", $"{limit}"), .. producer is null ? [] : new[] { ("producer", producer) }];
        var (list, source) = await api.AskAsync("models", query, ModelList.Parser, new Subject("Models"), cancellationToken);
        return new HubPage<HubModel>([.. list.Models.Select(m => ModelRecords.Of(m) with { Source = source })], (long)list.TotalQueryCount) { Source = source };
    }

    public async Task<HubModel> GetAsync(string id, CancellationToken cancellationToken) =>
        ModelRecords.Of(await api.AskAsync($"models/{HubAddress.Id(id, "model")}", null, Model.Parser, new Subject("Model", id), cancellationToken));

    public async Task<HubFile> GetFileAsync(string id, CancellationToken cancellationToken) =>
        FileRecords.Of(await api.AskAsync($"models/{HubAddress.Id(id, "model")}/download", null, FileDownloadURL.Parser, new Subject("Model", id), cancellationToken));
}
