using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <inheritdoc/>
public sealed class HubData : IHubData, IDisposable
{
    private const int Newest = 200;
    private const int MaxName = 200;
    private readonly HubClients _clients;
    private readonly HubJobStore _store;
    private readonly HubUploads _uploads;
    private readonly HubDataNotes _notes;
    private readonly QaiHubOptions _options;

    // A data set is in memory while it is made, and here for a while when it is fetched: one at a time.
    private readonly SemaphoreSlim _one = new(1);

    public HubData(HubClients clients, HubJobStore store, HubUploads uploads, HubDataNotes notes, QaiHubOptions options)
    {
        (_clients, _store, _uploads, _notes, _options) = (clients, store, uploads, notes, options);
        _notes.Sweep();
    }

    public async Task<HubDataList> ListAsync(CancellationToken cancellationToken)
    {
        if (_clients.Client is not { Client: { } client })
        {
            return new HubDataList([], _clients.Client.Problem);
        }

        try
        {
            var page = await client.Datasets.ListAsync(0, Newest, cancellationToken);
            return new HubDataList([.. page.Items.Select(Row).Where(d => d.Note?.Removed != true)], null);
        }
        catch (QaiHubException e)
        {
            return new HubDataList([], HubProblems.Told("The data sets could not be read.", e));
        }
    }

    public Task<(HubDataset? Dataset, Problem? Problem)> FindAsync(string id, CancellationToken cancellationToken) =>
        AskAsync(id, "The data set could not be read.", async client => Row(await client.Datasets.GetAsync(id, cancellationToken)));

    public async Task<(HubDataset? Dataset, Problem? Problem)> MakeAsync(DatasetOrder order, CancellationToken cancellationToken)
    {
        if (Deeds.Missing(Scopes.Admin) is { } missing)
        {
            return (null, missing);
        }

        if (order.Name.Length > MaxName || order.Name.Any(char.IsControl))
        {
            return (null, DataProblems.Wrong($"The name has more than {MaxName} characters, or control characters.", "Give a shorter one.", "name"));
        }

        if (_clients.Client is not { Client: { } client })
        {
            return (null, _clients.Client.Problem);
        }

        var upload = order.Source switch { DatasetSource.Arrays a => a.Upload, DatasetSource.Images i => i.Upload, _ => null };
        var (folder, files) = upload is null ? ("", []) : _uploads.Look(upload);
        if (upload is not null && files.IsEmpty)
        {
            return (null, HubProblems.UploadUnknown());
        }

        await _one.WaitAsync(cancellationToken);
        var path = _notes.Temporary();
        try
        {
            ImmutableArray<TensorSpec> inputs = !order.Inputs.IsDefaultOrEmpty ? order.Inputs : order.ModelId is { Length: > 0 } model ? await _store.InputsAsync(_clients.Key, model, cancellationToken) : [];
            var (content, how) = await Task.Run(() => DatasetMaker.Make(order.Source, folder, files, inputs, new DatasetBounds(_options.MaxDatasetBytes), cancellationToken), cancellationToken);
            await Task.Run(() => DatasetFile.Write(path, content), cancellationToken);
            var name = order.Name.Trim() is { Length: > 0 } given ? given : files.IsEmpty ? "random" : Path.GetFileNameWithoutExtension(files[0].Name);
            var id = await client.Datasets.UploadAsync(path, name, null, cancellationToken);
            var note = new HubDataNote(id, how, order.ModelId is { Length: > 0 } of ? of : null, content.Entries, [.. content.Tensors.Select(t => new HubDataInput(t.Name, HubTypes.Name(t.Entries[0].Type), t.Entries[0].Shape))]);
            _notes.Write(_clients.Key, note);
            if (upload is not null)
            {
                _uploads.Forget(upload);
            }

            // It is there now, whatever happens to the question for its dates.
            return (await FindAsync(id, cancellationToken)).Dataset is { } made ? (made, null) : (new HubDataset(id, name, null, null, true, note), null);
        }
        catch (DatasetException e)
        {
            return (null, DataProblems.Wrong(e.Message, e.Remedy, upload is null ? "inputs" : "upload"));
        }
        catch (QaiHubException e)
        {
            return (null, HubProblems.Told("The data set was not sent.", e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, HubProblems.UploadFailed(e.Message));
        }
        finally
        {
            _one.Release();
            Delete(path);
        }
    }

    public async Task<(Stream? Content, Problem? Problem)> OpenAsync(string id, CancellationToken cancellationToken)
    {
        var path = _notes.Temporary();
        await _one.WaitAsync(cancellationToken);
        try
        {
            var (stream, problem) = await AskAsync(id, "The data set could not be downloaded.", async client =>
            {
                await FetchAsync(client, id, path, cancellationToken);
                return (Stream)new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
            });
            if (stream is null)
            {
                Delete(path);
            }

            return (stream, problem);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<Problem?> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (Deeds.Missing(Scopes.Admin) is { } missing)
        {
            return missing;
        }

        var (dataset, problem) = await FindAsync(id, cancellationToken);
        if (dataset is null)
        {
            return problem;
        }

        _notes.Write(_clients.Key, (dataset.Note ?? new HubDataNote(id, "", null, 0, [])) with { Removed = true });
        return null;
    }

    public void Dispose() => _one.Dispose();

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // At the next start.
        }
    }

    private async Task FetchAsync(IQaiHubClient client, string id, string path, CancellationToken cancellationToken) =>
        await client.Downloads.SaveAsync(await client.Datasets.GetFileAsync(id, cancellationToken), path, new DownloadCheck(_options.MaxDatasetBytes), cancellationToken: cancellationToken);

    private async Task<(T? Answer, Problem? Problem)> AskAsync<T>(string id, string title, Func<IQaiHubClient, Task<T>> ask)
        where T : class
    {
        // Nothing else is ever put into an address.
        if (id.Length is 0 or > 40 || !id.All(char.IsAsciiLetterOrDigit))
        {
            return (null, DataProblems.Unknown(id));
        }

        if (_clients.Client is not { Client: { } client })
        {
            return (null, _clients.Client.Problem);
        }

        try
        {
            return (await ask(client), null);
        }
        catch (QaiHubException e)
        {
            return (null, e.Kind == HubFailure.NotFound ? DataProblems.Unknown(id) : HubProblems.Told(title, e));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, HubProblems.UploadFailed(e.Message));
        }
    }

    private HubDataset Row(EdgeMesh.QaiHub.Datasets.HubDataset d) => new(d.Id, d.Name, d.Created, d.Permanent ? null : d.Expires, d.Uploaded, _notes.Read(_clients.Key, d.Id));
}
