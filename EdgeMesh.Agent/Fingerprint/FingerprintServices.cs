using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Agent.Fingerprint.Linux;
using EdgeMesh.Agent.Fingerprint.MacOs;
using EdgeMesh.Agent.Fingerprint.Sampling;
using EdgeMesh.Agent.Fingerprint.Windows;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Composition of the device fingerprints and telemetry.</summary>
public static class FingerprintServices
{
    // The order is the precedence: Android before Linux in general, the runtime's own view last.
    private static readonly Type[] Fingerprints =
    [
        typeof(AndroidFingerprint), typeof(OsFingerprint), typeof(MachineFingerprint), typeof(CpuFingerprint), typeof(CoresFingerprint),
        typeof(MemoryFingerprint), typeof(GpuFingerprint), typeof(NpuFingerprint), typeof(BatteryFingerprint), typeof(TemperatureFingerprint),
        typeof(FormFactorFingerprint),
        typeof(WindowsFingerprint),
        typeof(MacFingerprint), typeof(SystemProfilerFingerprint),
        typeof(DiskFingerprint), typeof(RuntimeFingerprint), typeof(ServiceFingerprint),
    ];

    /// <summary>Adds <see cref="DeviceProfiler"/> and <see cref="TelemetryProbe"/> as singletons. A further fingerprint is one more <see cref="IFingerprint"/>.</summary>
    public static IServiceCollection AddFingerprint(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDeviceHost, RealHost>();
        foreach (var type in Fingerprints)
            services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IFingerprint), type));
        services.TryAddSingleton<DeviceProfiler>();
        services.TryAddSingleton(CreateSampler);
        services.TryAddSingleton<TelemetryProbe>();
        return services;
    }

    private static ISampler CreateSampler(IServiceProvider services)
    {
        var host = services.GetRequiredService<IDeviceHost>();
        var time = services.GetRequiredService<TimeProvider>();
        return OperatingSystem.IsWindows() ? new WindowsSampler()
            : OperatingSystem.IsMacOS() ? new MacSampler(host, time)
            : new LinuxSampler(host, time);
    }
}
