using EdgeMesh.Dashboard.Health;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Loads the keys and then their sessions when the dashboard starts, after the database is migrated, and stores now and then when they were used.</summary>
internal sealed class AccessService(ApiKeys keys, Sessions.Sessions sessions, TimeProvider time, Steadiness steady) : SteadyService(steady)
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await keys.LoadAsync(cancellationToken);
        await sessions.LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(() => StoreUseAsync(cancellationToken));
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ApiKeys.StoreUseEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await StoreUseAsync(stoppingToken);
        }
    }

    // What is over ends first: it needs no disk.
    private async Task StoreUseAsync(CancellationToken cancellationToken)
    {
        await keys.EndOverAsync();
        await sessions.EndOverAsync();
        await keys.StoreUseAsync(cancellationToken);
        await sessions.StoreUseAsync(cancellationToken);
    }
}
