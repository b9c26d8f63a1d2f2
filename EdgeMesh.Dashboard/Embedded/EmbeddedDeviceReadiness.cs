using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Embedded;

/// <summary>The device inside this process is online with its built-in runtimes, unless it is switched off.</summary>
internal sealed class EmbeddedDeviceReadiness(IFleet fleet, IOptions<DashboardOptions> options) : IReadinessCheck
{
    public string Name => "embedded device";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Missing());

    private string? Missing()
    {
        if (!options.Value.EmbeddedDevice)
        {
            return null;
        }

        var device = fleet.LocalDevice is { } id ? fleet.Current.Find(id) : null;
        return device switch
        {
            null => "The embedded device has not started yet.",
            { State: not (DeviceState.Online or DeviceState.Draining) } => $"{device.Name} is {device.State}.",
            { RuntimesLoaded: false } => $"{device.Name} still starts its runtimes.",
            _ => null,
        };
    }
}
