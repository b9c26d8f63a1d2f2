using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Neural processors: the kernel's accel class, Qualcomm's compute DSP, and add-on boards with their own device nodes.</summary>
public sealed class NpuFingerprint : IFingerprint
{
    private const string Accel = "/sys/class/accel";
    private const string RemoteProc = "/sys/class/remoteproc";

    // Device nodes of drivers outside the accel class.
    private static readonly (string Path, string Name)[] Nodes =
    [
        ("/dev/hailo0", "Hailo NPU"),
        ("/dev/apex_0", "Google Coral Edge TPU"),
        ("/dev/vertex10", "Samsung Exynos NPU"),
        ("/dev/ethosu0", "Arm Ethos-U NPU"),
        ("/dev/nvhost-nvdla0", "NVIDIA NVDLA"),
    ];

    private static readonly string[] HexagonNodes = ["/dev/fastrpc-cdsp", "/dev/fastrpc-cdsp-secure"];

    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        draft.LookedFor(AcceleratorKind.NPU, $"{Accel}, /dev/fastrpc-cdsp*, {RemoteProc}, /dev/hailo0, /dev/apex_0");
        ReadAccelClass(host, draft);
        ReadHexagon(host, draft);
        foreach (var (path, name) in Nodes.Where(n => host.Exists(n.Path)))
            draft.AddAccelerator(AcceleratorKind.NPU, name, path);
        ReadRockchip(host, draft);
        return default;
    }

    private static void ReadAccelClass(IDeviceHost host, ProfileDraft draft)
    {
        foreach (var node in host.List(Accel).Where(n => n.StartsWith("accel", StringComparison.Ordinal)))
        {
            var device = KernelDevice.Read(host, $"{Accel}/{node}");
            if (Name(host, device) is not { } name)
                continue;
            if (host.Exists($"/dev/accel/{node}"))
                draft.AddAccelerator(AcceleratorKind.NPU, name, $"{device.Path} (driver {device.Driver})");
            else
                draft.AddFact("NPU not passed in", name, $"{device.Path} without /dev/accel/{node}");
        }
    }

    private static string? Name(IDeviceHost host, KernelDevice device)
    {
        if (device is { VendorId: { } vendor, DeviceId: { } id } && PciNames.Name(host, vendor, id) is var pci && !pci.EndsWith($"device {id}", StringComparison.OrdinalIgnoreCase))
            return pci;
        return device.Driver switch
        {
            "intel_vpu" => "Intel NPU",
            "amdxdna" => "AMD XDNA NPU",
            "qaic" => "Qualcomm Cloud AI 100",
            "habanalabs" => "Intel Gaudi",
            "rocket" => "Rockchip NPU",
            "ethosu" => "Arm Ethos-U NPU",
            "" => null,
            _ => $"{device.Driver} accelerator",
        };
    }

    // The Hexagon that runs networks is the compute DSP (cdsp); the audio DSP (adsp) and the modem are Hexagons too, but no NPUs.
    private static void ReadHexagon(IDeviceHost host, ProfileDraft draft)
    {
        const string name = "Qualcomm Hexagon NPU";
        if (Array.Find(HexagonNodes, host.Exists) is { } node)
        {
            draft.AddAccelerator(AcceleratorKind.NPU, name, node);
            return;
        }

        foreach (var processor in host.List(RemoteProc).Where(p => host.ReadLine($"{RemoteProc}/{p}/name") == "cdsp").Take(1))
        {
            var state = host.ReadLine($"{RemoteProc}/{processor}/state") ?? "state unknown";
            draft.AddAccelerator(AcceleratorKind.NPU, name, $"{RemoteProc}/{processor} (cdsp, {state})");
            return;
        }

        // Apps on Android may not see the nodes; the vendor's public library for the compute DSP is there only with one.
        const string library = "/vendor/lib64/libcdsprpc.so";
        if (draft.Android is not null && host.Exists(library))
            draft.AddAccelerator(AcceleratorKind.NPU, name, library);
    }

    // Rockchip's own driver shows its NPU as a render node.
    private static void ReadRockchip(IDeviceHost host, ProfileDraft draft)
    {
        foreach (var node in host.List("/sys/class/drm").Where(n => n.StartsWith("renderD", StringComparison.Ordinal)))
        {
            if (KernelDevice.Read(host, $"/sys/class/drm/{node}").Driver == "RKNPU")
                draft.AddAccelerator(AcceleratorKind.NPU, "Rockchip NPU", $"/sys/class/drm/{node}");
        }
    }
}
