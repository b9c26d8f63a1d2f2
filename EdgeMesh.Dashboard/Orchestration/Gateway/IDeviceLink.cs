using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>An open connection to a device; made by the gateway when a device has proved its key.</summary>
public interface IDeviceLink
{
    DeviceId Device { get; }

    LinkKind Kind { get; }

    /// <summary>Grows with every link of this process, so that a late report of an old link is told from the new one's.</summary>
    long Session { get; }

    /// <summary>The device's gRPC service over this link.</summary>
    DeviceService.DeviceServiceClient Client { get; }

    /// <summary>Whether the device keeps attempts, also over a broken link, until their ends are acknowledged; an older agent does not.</summary>
    bool KeepsAttempts { get; }

    /// <summary>Cancelled when the link is gone.</summary>
    CancellationToken Closed { get; }

    /// <summary>Cuts the link at once.</summary>
    void Abort(string reason);
}

/// <summary>The links that are open in this process. Thread-safe.</summary>
public interface IDeviceLinks
{
    /// <summary>The device's newest open link, or null.</summary>
    IDeviceLink? Find(DeviceId device);
}

/// <summary>What the gateway tells the orchestrator; implemented over the grains. Calls for one link come in order.</summary>
public interface ILinkSink
{
    /// <summary>The device linked and told its profile.</summary>
    Task OpenedAsync(IDeviceLink link, DeviceProfile profile, RuntimeReport runtimes);

    /// <summary>A beat, every 500 ms.</summary>
    /// <param name="runtimes">Only when they changed.</param>
    /// <param name="roundTripMs">Of the link, when newly measured.</param>
    Task BeatAsync(IDeviceLink link, Telemetry telemetry, RuntimeReport? runtimes, double? roundTripMs);

    /// <summary>A second agent proved the key of a device that is linked: a copied identity. It was refused.</summary>
    /// <param name="first">The one that is linked.</param>
    /// <param name="second">Where the one that was refused is.</param>
    Task DoubledAsync(DeviceId device, LinkPlace first, string second);

    /// <summary>The link is gone.</summary>
    Task ClosedAsync(IDeviceLink link, string reason);
}

/// <summary>What a device's runtimes are now.</summary>
/// <param name="Loaded">False while built-in runtimes still start.</param>
/// <param name="Accelerators">With what is proven by now; empty when the device did not say.</param>
[GenerateSerializer, Immutable]
public sealed record RuntimeReport(ImmutableArray<Core.Models.RuntimeInfo> Runtimes, bool Loaded, ImmutableArray<Accelerator> Accelerators);
