using EdgeMesh.Agent.Discovery;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Trust;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>Announces this dashboard on the network for as long as LAN access is on, and only then.</summary>
internal sealed partial class LanAnnouncements(ILanAccess lan, OrchestratorKey me, IOptions<DashboardOptions> options, TimeProvider time, Steadiness steady, ILogger<LanAnnouncements> log) : SteadyService(steady)
{
    private const int ShortId = 8;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (lan.Current is { Enabled: true } state)
            {
                await AnnounceAsync(state, stoppingToken);
            }

            await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnnounceAsync(LanState state, CancellationToken stopping)
    {
        var name = $"{options.Value.MeshName} on {Environment.MachineName}";
        var service = MeshService.Create(name, $"edgemesh-{me.Id[..ShortId]}", state.Port, me.Id, state.Authority.Value);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var announcing = new ServiceAnnouncer(service, time).RunAsync(over.Token);
        while (!announcing.IsCompleted && lan.Current.Enabled && !stopping.IsCancellationRequested)
        {
            await Task.WhenAny(announcing, Task.Delay(Look, time, stopping));
        }

        await over.CancelAsync();
        try
        {
            if (!await announcing)
            {
                NoMulticast();

                // Nothing will change that soon.
                await Task.Delay(Look * 60, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Being found is a convenience: it never takes the dashboard down.
            Failed(e.Message);
        }
    }

    [LoggerMessage(5101, LogLevel.Information, "Devices cannot find this dashboard by themselves: this machine gives no multicast DNS port. Join tokens work.")]
    private partial void NoMulticast();

    [LoggerMessage(5102, LogLevel.Warning, "Announcing this dashboard on the network failed: {Cause}")]
    private partial void Failed(string cause);
}
