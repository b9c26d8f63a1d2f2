using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>The service's devices and a person's models, read when wanted and kept for everyone. Thread-safe.</summary>
public sealed class HubReader(HubClients clients, HubBoard board, TimeProvider time) : IDisposable
{
    private const int PageSize = 200;
    private const int MaxPages = 10;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(30);
    private readonly SemaphoreSlim _reading = new(1);
    private string? _of;

    /// <summary>The devices; read again when they are old, of another service, or when <paramref name="now"/> is wanted.</summary>
    public async Task<HubCatalogue> GetAsync(bool now, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var known = board.Current.Catalogue;
            var (client, problem) = clients.Client;
            if (_of != clients.Key)
            {
                (_of, known) = (clients.Key, HubCatalogue.Empty);
            }
            else if (!now && known.Problem is null && time.GetUtcNow() - known.ReadAt < Fresh)
            {
                return known;
            }

            known = client is null ? known with { Problem = problem } : await ReadAsync(client, known, cancellationToken);
            board.Change(b => b with { Catalogue = known });
            return known;
        }
        finally
        {
            _reading.Release();
        }
    }

    public async Task<HubModelList> ModelsAsync(CancellationToken cancellationToken)
    {
        var known = board.Current.Models;
        if (clients.Client is not { Client: { } client })
        {
            return known with { Problem = clients.Client.Problem };
        }

        try
        {
            // Compiled models are among them: without further pages, a person's own uploads would soon be on none.
            var items = ImmutableArray.CreateBuilder<EdgeMesh.QaiHub.Models.HubModel>();
            var total = 0L;
            for (var number = 0; number < MaxPages && items.Count == number * PageSize; number++)
            {
                var page = await client.Models.ListAsync(items.Count, PageSize, cancellationToken: cancellationToken);
                items.AddRange(page.Items);
                total = page.Total;
            }

            known = new HubModelList(items.ToImmutable(), total, time.GetUtcNow(), null);
        }
        catch (QaiHubException e)
        {
            known = known with { Problem = HubProblems.Told("The models could not be read.", e) };
        }

        board.Change(b => b with { Models = known });
        return known;
    }

    public void Dispose() => _reading.Dispose();

    private async Task<HubCatalogue> ReadAsync(IQaiHubClient client, HubCatalogue known, CancellationToken cancellationToken)
    {
        try
        {
            return new HubCatalogue(await client.Catalog.GetDevicesAsync(null, cancellationToken), time.GetUtcNow(), null);
        }
        catch (QaiHubException e)
        {
            return known with { Problem = HubProblems.Told("The devices could not be read.", e) };
        }
    }
}
