using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Which sensor tells the processor's temperature; its value is telemetry.</summary>
public sealed class TemperatureFingerprint : IFingerprint
{
    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        if (TemperatureSensor.Find(host) is { } sensor)
            draft.AddFact("Temperature sensor", sensor.Name, sensor.Path);
        return default;
    }
}
