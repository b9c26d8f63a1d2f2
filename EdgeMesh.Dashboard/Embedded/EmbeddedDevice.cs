using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Nerdbank.Streams;

namespace EdgeMesh.Dashboard.Embedded;

/// <summary>The device inside this process: the same agent, the same service, over a pipe in memory. Started again when it ends.</summary>
public sealed class EmbeddedDevice(DashboardOptions options, Recovery recovery, EmbeddedIdentity identity, IDeviceRegistry registry, LinkGateway gateway, ModelsOptions models, TimeProvider time, Steadiness steady) : SteadyService(steady)
{
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!options.EmbeddedDevice)
        {
            return;
        }

        await recovery.Ready.WaitAsync(stoppingToken);
        using var key = DeviceKey.Open(options.EmbeddedDevicePath);
        identity.Id = key.Id;
        var name = Environment.MachineName is { Length: > 0 } machine && machine != "localhost" ? machine : "This computer";
        if (!await registry.IsKnownAsync(key.Id, stoppingToken))
        {
            await registry.AddAsync(key.Id, key.PublicKey, name, LinkKind.Embedded, null, stoppingToken);
        }

        await using var agent = AgentHost.Build(new AgentOptions(
            options.EmbeddedDevicePath, name, [.. options.OpenAiServers.Select(OpenAiAddress.Parse).OfType<OpenAiAddress>()], Environment.GetEnvironmentVariable("EDGEMESH_OPENAI_KEY"))
        {
            // Its work cannot outlive this process: there is nobody left to tell.
            FinishWithin = TimeSpan.Zero,
            AllowedHosts = [.. models.AllowedHosts],
            ModelFolders = [.. models.Folders],
        });

        // Not cancelled half-way: an agent that has begun to start is stopped below.
        await agent.StartAsync(CancellationToken.None);
        try
        {
            var listener = agent.Services.GetRequiredService<LinkListener>();
            while (!stoppingToken.IsCancellationRequested)
            {
                var (device, dashboard) = EdgeMesh.Agent.Link.DuplexPipe.CreatePair();
                using var link = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                var serving = listener.ServeAsync(device, link.Token);
                await using (var stream = dashboard.AsStream())
                {
                    await gateway.RunAsync(key.Id, LinkKind.Embedded, "", stream, link.Token);
                }

                await link.CancelAsync();
                await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await agent.StopAsync(CancellationToken.None);
        }
    }
}
