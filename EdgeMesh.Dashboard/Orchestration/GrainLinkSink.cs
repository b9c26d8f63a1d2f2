using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Hands what the gateway hears to the device's grain.</summary>
public sealed class GrainLinkSink(IGrainFactory grains) : ILinkSink
{
    public Task OpenedAsync(IDeviceLink link, DeviceProfile profile, RuntimeReport runtimes) =>
        Grain(link).LinkedAsync(link.Session, link.Kind, profile, runtimes.Runtimes, runtimes.Loaded);

    public Task BeatAsync(IDeviceLink link, Telemetry telemetry, RuntimeReport? runtimes, double? roundTripMs) =>
        Grain(link).BeatAsync(link.Session, link.Kind, telemetry, runtimes, roundTripMs);

    public Task ClosedAsync(IDeviceLink link, string reason) => Grain(link).UnlinkedAsync(link.Session, reason);

    public Task DoubledAsync(DeviceId device, LinkPlace first, string second) => grains.GetGrain<IDeviceGrain>(device.Value).DoubledAsync(first, second);

    private IDeviceGrain Grain(IDeviceLink link) => grains.GetGrain<IDeviceGrain>(link.Device.Value);
}
