using System.Collections.Immutable;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>A device behind a class entry of sysfs, by its <c>uevent</c>: driver, PCI ids or device-tree compatibles.</summary>
public sealed record KernelDevice(string Path, string Driver, string? VendorId, string? DeviceId, ImmutableArray<string> Compatible)
{
    /// <summary>Reads <c>{classPath}/device</c>; empty parts when it is not there.</summary>
    public static KernelDevice Read(IDeviceHost host, string classPath)
    {
        var uevent = host.ReadPairs($"{classPath}/device/uevent");
        var ids = uevent.GetValueOrDefault("PCI_ID")?.Split(':') ?? [];
        if (ids.Length != 2)
            ids = [Hex(host, $"{classPath}/device/vendor"), Hex(host, $"{classPath}/device/device")];
        var known = ids.All(i => i.Length == 4);
        return new KernelDevice(
            classPath,
            uevent.GetValueOrDefault("DRIVER", ""),
            known ? ids[0] : null,
            known ? ids[1] : null,
            [.. uevent.Where(p => p.Key.StartsWith("OF_COMPATIBLE_", StringComparison.Ordinal) && p.Key != "OF_COMPATIBLE_N").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value)]);
    }

    private static string Hex(IDeviceHost host, string path) =>
        host.ReadLine(path) is { Length: 6 } text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : "";
}
