using System.Reflection;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Reads what this device is: every fingerprint of its platform, in the order registered.</summary>
public sealed partial class DeviceProfiler(IDeviceHost host, IEnumerable<IFingerprint> fingerprints, ILogger<DeviceProfiler> logger)
{
    /// <summary>The agent's informational version.</summary>
    public static string AgentVersion { get; } =
        typeof(DeviceProfiler).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>The profile now. Milliseconds on Linux; seconds on Windows and macOS, whose facts come from programs.</summary>
    /// <param name="dataDirectory">Where the agent keeps its data; need not exist yet.</param>
    /// <param name="cancellationToken">Ends the wait and the programs asked.</param>
    public Task<DeviceProfile> Profile(string dataDirectory, CancellationToken cancellationToken) =>
        // Off the caller's thread: a sysfs attribute of a sulking driver can block for seconds.
        Task.Run(() => ReadAllAsync(dataDirectory, cancellationToken), cancellationToken).WaitAsync(cancellationToken);

    private async Task<DeviceProfile> ReadAllAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var draft = new ProfileDraft(dataDirectory);
        foreach (var fingerprint in fingerprints.Where(f => f.Platform is null || f.Platform == host.Runtime.Platform))
        {
            try
            {
                await fingerprint.ReadAsync(host, draft, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // One unreadable fact must not cost the device its whole profile.
                Log.FingerprintFailed(logger, fingerprint.GetType().Name, e);
            }
        }

        return draft.Build(host.Runtime.Architecture, AgentVersion);
    }

    private static partial class Log
    {
        [LoggerMessage(2101, LogLevel.Warning, "The hardware facts of {Fingerprint} could not be read; they stay unknown")]
        public static partial void FingerprintFailed(ILogger logger, string fingerprint, Exception exception);
    }
}
