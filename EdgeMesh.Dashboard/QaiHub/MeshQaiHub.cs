using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Deploy;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>QAI Hub for pages and API: gives each wish to the part that does it.</summary>
public sealed class MeshQaiHub(
    HubClients clients, IHubConfiguration configuration, HubSettingsStore settings, HubBoard board, HubReader catalogue, HubJobBook book, HubJobReader reader, HubTracker tracker, HubUploads uploads, HubArtifacts artifacts, HubOrders orders, HubJobStore store, HubJobLists lists, HubLogs logs,
    IDeeds deeds, IFleet fleet) : IQaiHub
{
    private const int LongestToken = 512;

    // Jobs of the account cost quota, and files go out of the house.
    private static Problem? Missing => Deeds.Missing(Scopes.Admin);

    public HubSnapshot Current => board.Current;

    public int SubscriberCount => board.SubscriberCount;

    public HubSettings Settings => configuration.Settings;

    public ILiveSubscription<HubSnapshot> Subscribe()
    {
        tracker.Wake();
        return board.Subscribe();
    }

    public Task<Problem?> SaveAsync(HubSettingsWish wish, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.QaiHubSettings, wish.Host?.Trim() ?? "", () => KeepAsync(wish, cancellationToken));

    private async Task<Problem?> KeepAsync(HubSettingsWish wish, CancellationToken cancellationToken)
    {
        if (configuration.IsEmulated)
        {
            return HubProblems.Emulated();
        }

        var host = wish.Host?.Trim();
        if (host is { Length: > 0 } && !(Uri.TryCreate(host, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))))
        {
            return HubProblems.HostWrong(host);
        }

        var token = wish.Token?.Trim();
        if (token is not null && (token.Length > LongestToken || token.Any(c => c is <= ' ' or > '~')))
        {
            return HubProblems.TokenWrong();
        }

        // Who enters a token alone means the service that the page shows, wherever that was found.
        host ??= token is { Length: > 0 } ? configuration.Settings.Host : null;
        if (settings.Save(new HubSettingsWish(host, token)) is { } notKept)
        {
            return notKept;
        }

        clients.Forget();
        board.Change(now => now with { Catalogue = HubCatalogue.Empty, Models = HubModelList.Empty });
        await clients.CheckAsync(cancellationToken);
        await book.LoadAsync(cancellationToken);
        tracker.Wake();
        return null;
    }

    public async Task<HubConnection> CheckAsync(CancellationToken cancellationToken)
    {
        clients.Forget();
        return await clients.CheckAsync(cancellationToken);
    }

    public Task<HubCatalogue> DevicesAsync(bool now, CancellationToken cancellationToken) => catalogue.GetAsync(now, cancellationToken);

    public Task<HubModelList> ModelsAsync(CancellationToken cancellationToken) => catalogue.ModelsAsync(cancellationToken);

    public async Task<(HubModel? Model, Problem? Problem)> ModelAsync(string id, CancellationToken cancellationToken)
    {
        if (!IsId(id))
        {
            return (null, HubProblems.ModelUnknown(id));
        }

        if (clients.Client is not { Client: { } client })
        {
            return (null, clients.Client.Problem);
        }

        try
        {
            return (await client.Models.GetAsync(id, cancellationToken), null);
        }
        catch (QaiHubException e)
        {
            return (null, e.Kind == HubFailure.NotFound ? HubProblems.ModelUnknown(id) : HubProblems.Told("The model could not be read.", e));
        }
    }

    public Task<(HubUpload? Upload, Problem? Problem)> ReceiveAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken) =>
        Missing is { } missing ? Task.FromResult<(HubUpload?, Problem?)>((null, missing)) : uploads.ReceiveAsync(upload, fileName, content, cancellationToken);

    public Task<(HubTransfer? Transfer, Problem? Problem)> SendAsync(string upload, string name, CancellationToken cancellationToken) =>
        Missing is { } missing ? Task.FromResult<(HubTransfer?, Problem?)>((null, missing)) : uploads.SendAsync(upload, name, cancellationToken);

    public Problem? Resume(string transfer) => Missing ?? uploads.Resume(transfer);

    public Problem? Cancel(string transfer) => Missing ?? uploads.Cancel(transfer);

    public Task<ImmutableArray<TensorSpec>> InputsAsync(string model, CancellationToken cancellationToken) => store.InputsAsync(clients.Key, model, cancellationToken);

    public Task<ImmutableArray<HubFinding>> CheckAsync(HubOrder order, CancellationToken cancellationToken) => orders.CheckAsync(order, cancellationToken);

    public Task<(TrackedJob? Job, Problem? Problem)> SubmitAsync(HubOrder order, CancellationToken cancellationToken) =>
        Missing is { } missing ? Task.FromResult<(TrackedJob?, Problem?)>((null, missing)) : orders.SubmitAsync(order, cancellationToken);

    public Task RefreshAsync(CancellationToken cancellationToken) => tracker.RefreshAsync(cancellationToken);

    public async Task<Problem?> OlderJobsAsync(CancellationToken cancellationToken) =>
        (await AskAsync("The older jobs could not be read.", async (client, account) =>
        {
            await lists.MoreAsync(client, account, cancellationToken);
            return true;
        }, cancellationToken)).Problem;

    public Task<(HubPage<TrackedJob>? Page, Problem? Problem)> EverybodysJobsAsync(int offset, string? project, CancellationToken cancellationToken) =>
        AskAsync("The jobs could not be read.", (client, account) => lists.EverybodysAsync(client, account, offset, project, cancellationToken), cancellationToken);

    public async Task<ImmutableArray<HubProject>> ProjectsAsync(CancellationToken cancellationToken)
    {
        var (list, _) = await AskAsync<ImmutableArray<HubProject>?>("The projects could not be read.", async (client, _) => await client.Catalog.GetProjectsAsync(cancellationToken), cancellationToken);
        return list ?? [];
    }

    public async Task<(Stream? Content, string FileName, Problem? Problem)> LogAsync(string job, HubLogKind kind, CancellationToken cancellationToken)
    {
        var (found, problem) = await JobAsync(job, cancellationToken);
        return found is null ? (null, "", problem) : await logs.OpenAsync(found, kind, cancellationToken);
    }

    public async Task<(TrackedJob? Job, Problem? Problem)> JobAsync(string id, CancellationToken cancellationToken)
    {
        await book.LoadAsync(cancellationToken);
        var known = Current.Jobs.Find(id);
        if (known is { IsOfOther: true, IsOver: false })
        {
            lists.Opened(known.Id);
        }
        else if (known is { IsAtService: false } || (known is { IsFull: true } and not { Measures: true, State: HubJobState.Done, Result: null }))
        {
            return (known, null);
        }

        if (known is null && !IsId(id))
        {
            return (null, HubProblems.JobUnknown(id));
        }

        var (read, problem) = await AskAsync("The job could not be read.", async (client, account) =>
        {
            var job = await reader.ReadAsync(client, known?.Id ?? id, cancellationToken);
            return job is not null && HubJobLists.IsOfOther(job.Owner, account) && !job.IsOfOther
                ? await book.ChangeAsync(job.Id, before => before! with { IsOfOther = true }, cancellationToken)
                : job;
        }, cancellationToken);
        return read is not null ? (read, null) : known is not null ? (known, null) : (null, problem?.Code == "qaihub_not_found" ? HubProblems.JobUnknown(id) : problem);
    }

    public Uri? PageOf(string job) => Current.IsEmulated || !IsId(job) || Current.Jobs.Find(job) is { Source: HubSource.Emulator } or { IsAtService: false } ? null : clients.Client.Client?.Config.Page($"jobs/{job}");

    public async Task<(HubArtifact? Artifact, Problem? Problem)> DownloadAsync(string job, CancellationToken cancellationToken)
    {
        var (found, problem) = await JobAsync(job, cancellationToken);
        return found is null ? (null, problem) : await artifacts.DownloadAsync(found, cancellationToken);
    }

    public (Stream? Content, string FileName) OpenArtifact(string job) =>
        Current.Jobs.Find(job) is { Artifact: { } artifact } found ? (artifacts.Open(found), artifact.FileName) : (null, "");

    public ImmutableArray<ArtifactPlace> Places(string job) => Current.Jobs.Find(job) is { } found ? artifacts.Places(found) : [];

    public async Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> DeployAsync(string job, ImmutableArray<DeviceId> devices, CancellationToken cancellationToken)
    {
        if (Missing is { } missing)
        {
            return ([], missing);
        }

        var (found, problem) = await JobAsync(job, cancellationToken);
        return found is null ? ([], problem) : await artifacts.DeployAsync(found, devices, cancellationToken);
    }

    public ImmutableArray<HubMeshDevice> InMesh(HubDevice device)
    {
        var target = FromHub.Target(device);
        return [.. fleet.Current.Devices.Where(d => ChipsetMatch.Has(d.Profile, target)).Select(d => new HubMeshDevice(d.Id, d.Name, d.Ordinal))];
    }

    private async Task<(T? Answer, Problem? Problem)> AskAsync<T>(string title, Func<IQaiHubClient, string?, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (clients.Client is not { Client: { } client })
        {
            return (default, clients.Client.Problem);
        }

        try
        {
            return (await ask(client, await clients.AccountAsync(cancellationToken)), null);
        }
        catch (QaiHubException e)
        {
            return (default, HubProblems.Told(title, e));
        }
    }

    /// <summary>Ids of the service are short words; nothing else is ever put into an address.</summary>
    private static bool IsId(string id) => id.Length is > 0 and <= 40 && id.All(char.IsAsciiLetterOrDigit);
}
