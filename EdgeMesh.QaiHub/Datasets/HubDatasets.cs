using System.Text;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Datasets;

/// <inheritdoc/>
internal sealed class HubDatasets(HubApi api) : IHubDatasets
{
    private const int MostErrorBytes = 64 * 1024;

    public async Task<string> UploadAsync(string path, string name, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var (bytes, modified) = UploadFile.Stat(path);
        using var file = new UploadFile(new UploadState("", Path.GetFullPath(path), bytes, modified, "", bytes, [], []));
        var id = HubApi.CreatedId(await api.PostAsync("datasets", new Dataset { Name = name }, new Subject("Datasets"), cancellationToken));
        var subject = new Subject("Dataset", id);
        var form = await api.GetAsync($"datasets/{id}/upload_url", [("file_size", $"{bytes}")], FileUploadURL.Parser, subject, cancellationToken);
        await api.Retries.Repeatable.ExecuteAsync(async token => await PostAsync(form, file, path, bytes, progress, token), cancellationToken);
        await api.PatchAsync($"datasets/{id}", new Dataset { FileUploadComplete = true }, subject, cancellationToken);
        return id;
    }

    public async Task<HubPage<HubDataset>> ListAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync("datasets", [("offset", $"{offset}"), ("limit", $"{limit}")], DatasetList.Parser, new Subject("Datasets"), cancellationToken);
        return new HubPage<HubDataset>([.. list.Datasets.Select(DatasetRecords.Of)], (long)list.TotalQueryCount);
    }

    public async Task<HubDataset> GetAsync(string id, CancellationToken cancellationToken) =>
        DatasetRecords.Of(await api.GetAsync($"datasets/{HubAddress.Id(id, "dataset")}", null, Dataset.Parser, new Subject("Dataset", id), cancellationToken));

    public async Task<HubFile> GetFileAsync(string id, CancellationToken cancellationToken) =>
        FileRecords.Of(await api.GetAsync($"datasets/{HubAddress.Id(id, "dataset")}/download_data", null, FileDownloadURL.Parser, new Subject("Dataset", id), cancellationToken));

    /// <summary>A form of all fields and then the file, as the storage's signature wants it.</summary>
    private async Task PostAsync(FileUploadURL form, UploadFile file, string path, long bytes, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var transport = api.Transport;
        using var stall = new StallTimer(transport.Timings.Response, transport.Time, cancellationToken);
        using var parts = new MultipartFormDataContent();
        foreach (var (key, value) in form.Fields)
        {
            var field = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
            parts.Add(field, Quoted(key));
        }

        parts.Add(
            new FilePartContent(file.Handle, path, 0, bytes, sent =>
            {
                stall.Moved(transport.Timings.Response);
                progress?.Report(sent);
            }),
            Quoted(form.FileFieldName),
            "\"model\"");
        using var request = new HttpRequestMessage(HttpMethod.Post, HubAddress.Storage(form.Url)) { Content = parts };
        using var response = await transport.SendAsync(request, stall, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var text = await transport.ReadAllAsync(response, MostErrorBytes, stall, cancellationToken) ?? [];
            throw StorageErrors.From(response.StatusCode, Encoding.UTF8.GetString(text), HubFailure.UploadRefused);
        }

        file.Unchanged();
    }

    /// <summary>Names in quotes, as every other client sends them; some servers take no others.</summary>
    private static string Quoted(string name) => $"\"{name.Replace("\"", "%22", StringComparison.Ordinal)}\"";
}
