using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>What kind of thing it is: a virtual machine first, then what its firmware says of its case.</summary>
public sealed class FormFactorFingerprint : IFingerprint
{
    private static readonly string[] VirtualProducts =
        ["qemu", "kvm", "vmware", "virtualbox", "virtual machine", "parallels", "xen", "bochs", "google compute engine", "openstack", "firecracker", "hvm domu", "cloud hypervisor"];

    // Makers whose device trees stand for single boards when nothing else says what the thing is.
    private static readonly string[] BoardMakers =
        ["raspberrypi,", "arduino,", "radxa,", "xunlong,", "pine64,", "khadas,", "hardkernel,", "friendlyarm,", "beagle,", "nvidia,p3", "libretech,", "banana", "starfive,visionfive"];

    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        if (draft.Android is not null)
            return default;

        if (VirtualBy(host) is { } source)
            draft.SetFormFactor(FormFactor.VirtualMachine, source);
        draft.SetFormFactor(ChassisTypes.Of(host.ReadNumber("/sys/class/dmi/id/chassis_type")), "/sys/class/dmi/id/chassis_type");
        draft.SetFormFactor(OfDeviceTree(host.ReadLine("/proc/device-tree/chassis-type")), "/proc/device-tree/chassis-type");
        if (host.ReadStrings("/proc/device-tree/compatible").Any(c => Array.Exists(BoardMakers, m => c.StartsWith(m, StringComparison.Ordinal))))
            draft.SetFormFactor(FormFactor.Board, "/proc/device-tree/compatible");
        return default;
    }

    private static string? VirtualBy(IDeviceHost host)
    {
        if (OsFingerprint.IsWsl(host.ReadLine("/proc/sys/kernel/osrelease")))
            return "/proc/sys/kernel/osrelease (WSL2)";
        foreach (var file in new[] { "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor" })
        {
            if (host.ReadLine(file) is { } name && Array.Exists(VirtualProducts, v => name.Contains(v, StringComparison.OrdinalIgnoreCase)))
                return file;
        }

        if (host.ReadStrings("/proc/device-tree/compatible").Contains("linux,dummy-virt", StringComparer.Ordinal))
            return "/proc/device-tree/compatible";
        if (host.Exists("/proc/device-tree/hypervisor"))
            return "/proc/device-tree/hypervisor";
        var flags = CpuInfo.Parse(host.ReadText("/proc/cpuinfo", 64 * 1024) ?? "").Flags;
        return flags.Contains("hypervisor", StringComparer.Ordinal) ? "/proc/cpuinfo: flag hypervisor" : null;
    }

    // The chassis-type values of the device-tree specification.
    private static FormFactor OfDeviceTree(string? chassis) => chassis switch
    {
        "desktop" => FormFactor.Desktop,
        "laptop" or "convertible" => FormFactor.Laptop,
        "server" => FormFactor.Server,
        "handset" or "tablet" => FormFactor.Phone,
        "embedded" => FormFactor.Board,
        _ => FormFactor.Unknown,
    };
}
