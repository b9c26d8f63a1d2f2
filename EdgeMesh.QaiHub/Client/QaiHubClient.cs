using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.QaiHub.Client;

/// <inheritdoc/>
internal sealed class QaiHubClient : IQaiHubClient
{
    public QaiHubClient(QaiHubConfig config, HubTransport transport, Action<HubSource>? heard)
    {
        var retries = new HubRetries(transport.Timings, transport.Time);
        var api = new HubApi(config, transport, retries, heard);
        Config = config;
        (Catalog, Models, Datasets, Jobs) = (new HubCatalog(api), new HubModels(api), new HubDatasets(api), new HubJobs(api));
        Downloads = new HubDownloads(transport, retries);
    }

    public QaiHubConfig Config { get; }

    public IHubCatalog Catalog { get; }

    public IHubModels Models { get; }

    public IHubDatasets Datasets { get; }

    public IHubJobs Jobs { get; }

    public IHubDownloads Downloads { get; }
}
