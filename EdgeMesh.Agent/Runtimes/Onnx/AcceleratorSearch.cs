using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>Asks a worker once which execution providers there are, and adds a runtime for each accelerator.</summary>
internal sealed class AcceleratorSearch(OnnxRuntimes runtimes, RuntimeCatalog catalog) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var reply = await runtimes.CpuWorker.UseAsync(
                "listing execution providers", async w => await w.Client.ProvidersAsync(new ProvidersRequest(), cancellationToken: stoppingToken), stoppingToken);
            foreach (var provider in reply.Providers.Where(p => p.Name != OnnxProvider.Cpu.Name))
            {
                if (Enum.TryParse<AcceleratorKind>(provider.Accelerator, out var kind))
                {
                    catalog.Add(runtimes.Create(new OnnxProvider(provider.Name, provider.Title, kind)));
                }
            }
        }
        catch (TaskFailedException)
        {
            // Without a worker the runtime on the CPU is down too, and says why.
        }
    }
}
