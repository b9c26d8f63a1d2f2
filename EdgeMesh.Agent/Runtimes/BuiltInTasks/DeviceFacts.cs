using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Runtimes.Onnx.Canary;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.BuiltInTasks;

/// <summary>This device's profile, read once a minute at most and with what the canaries proved, and its report. Thread-safe.</summary>
public sealed class DeviceFacts(DeviceProfiler profiler, TelemetryProbe probe, AcceleratorProofs proofs, AgentOptions options, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private DeviceProfile? _profile;
    private long _read;

    public async Task<DeviceProfile> ProfileAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_profile is null || time.GetElapsedTime(_read) > Fresh)
            {
                _profile = await profiler.Profile(options.DataDirectory, cancellationToken);
                _read = time.GetTimestamp();
            }

            return _profile with { Accelerators = proofs.Overlay(_profile.Accelerators) };
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The answer of a SYSINFO task.</summary>
    public async Task<string> ReportAsync(CancellationToken cancellationToken)
    {
        return SystemReport.Markdown(await ProfileAsync(cancellationToken), probe.Sample());
    }
}
