using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Distribution, kernel, WSL and container.</summary>
public sealed class OsFingerprint : IFingerprint
{
    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var kernel = host.ReadLine("/proc/sys/kernel/osrelease");
        var wsl = IsWsl(kernel);
        foreach (var path in new[] { "/etc/os-release", "/usr/lib/os-release" })
        {
            var release = host.ReadPairs(path);
            var name = release.GetValueOrDefault("PRETTY_NAME") ?? string.Join(' ', new[] { release.GetValueOrDefault("NAME"), release.GetValueOrDefault("VERSION") }.OfType<string>());
            if (name.Length > 0)
                draft.SetOs(wsl ? $"{name} (WSL2)" : name, path);
        }

        if (kernel is not null)
        {
            draft.AddFact("Kernel", $"Linux {kernel}", "/proc/sys/kernel/osrelease");
            draft.SetOs($"Linux {kernel}", "/proc/sys/kernel/osrelease");
        }

        if (Container(host) is var (runtime, source))
            draft.AddFact("Container", runtime, source);
        return default;
    }

    /// <summary>Whether a kernel release is the one Microsoft ships for WSL2.</summary>
    public static bool IsWsl(string? kernelRelease) =>
        kernelRelease is not null && kernelRelease.Contains("microsoft", StringComparison.OrdinalIgnoreCase);

    private static (string Runtime, string Source)? Container(IDeviceHost host)
    {
        if (host.Exists("/.dockerenv"))
            return ("Docker", "/.dockerenv");
        if (host.Exists("/run/.containerenv"))
            return ("Podman", "/run/.containerenv");
        if (host.Env("KUBERNETES_SERVICE_HOST") is { Length: > 0 })
            return ("Kubernetes", "KUBERNETES_SERVICE_HOST");
        return host.ReadLine("/run/systemd/container") is { } name ? (name, "/run/systemd/container") : null;
    }
}
