using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Graphics processors that can compute: kernel render nodes, NVIDIA's own driver, WSL's paravirtual GPU, Android's.</summary>
public sealed class GpuFingerprint : IFingerprint
{
    private const string Drm = "/sys/class/drm";
    private const string Nvidia = "/proc/driver/nvidia/gpus";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public HostPlatform? Platform => HostPlatform.Linux;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        draft.LookedFor(AcceleratorKind.GPU, $"{Drm}/renderD*, {Nvidia}, /dev/dxg, /sys/class/kgsl");
        ReadRenderNodes(host, draft);
        ReadNvidia(host, draft);
        if (host.Exists("/dev/dxg"))
            await ReadWslAsync(host, draft, cancellationToken);
        ReadAndroid(host, draft);
    }

    // A display without an engine (ast, simpledrm, vc4 of a Pi) has a card node but no render node.
    private static void ReadRenderNodes(IDeviceHost host, ProfileDraft draft)
    {
        foreach (var node in host.List(Drm).Where(n => n.StartsWith("renderD", StringComparison.Ordinal)))
        {
            var device = KernelDevice.Read(host, $"{Drm}/{node}");
            if (GpuName(host, device) is not { } name)
                continue;
            if (!host.Exists($"/dev/dri/{node}"))
                draft.AddFact("GPU not passed in", name, $"{device.Path} without /dev/dri/{node}");
            else
                draft.AddAccelerator(AcceleratorKind.GPU, name, device.Path);
            if (host.ReadNumber($"{device.Path}/device/mem_info_vram_total") is > 0 and var vram)
                draft.AddFact("GPU memory", $"{vram / 1024 / 1024} MiB", $"{device.Path}/device/mem_info_vram_total");
        }
    }

    private static string? GpuName(IDeviceHost host, KernelDevice device) => device.Driver switch
    {
        "vgem" or "vkms" or "RKNPU" => null, // no GPU behind it
        "nvidia" when host.List(Nvidia).Count > 0 => null, // its own driver names it better
        "v3d" => "Broadcom VideoCore (v3d)",
        "virtio_gpu" or "virtio-gpu" => "virtio GPU (paravirtual)",
        "vmwgfx" => "VMware SVGA (paravirtual)",
        _ when device is { VendorId: { } vendor, DeviceId: { } id } => PciNames.Name(host, vendor, id),
        "msm" or "msm_dpu" or "msm-mdss" => AdrenoName(device),
        "panfrost" or "panthor" or "lima" => MaliName(device),
        "" => device.Compatible.IsEmpty ? null : device.Compatible[0],
        _ => device.Driver,
    };

    // "qcom,adreno-07000200" or "qcom,adreno-702.0": the digits are the generation and model.
    private static string AdrenoName(KernelDevice device)
    {
        var chip = device.Compatible.Select(c => c.Split("qcom,adreno-")).Where(p => p.Length == 2).Select(p => p[1].Split('.')[0]).FirstOrDefault(c => c.Length > 0);
        return chip is null ? $"Qualcomm Adreno ({device.Driver})" : $"Qualcomm Adreno {chip}";
    }

    private static string MaliName(KernelDevice device) =>
        device.Compatible.FirstOrDefault(c => c.StartsWith("arm,mali-", StringComparison.Ordinal)) is { } c ? $"Arm Mali {c["arm,mali-".Length..]}" : $"Arm Mali ({device.Driver})";

    private static void ReadNvidia(IDeviceHost host, ProfileDraft draft)
    {
        foreach (var gpu in host.List(Nvidia))
        {
            var path = $"{Nvidia}/{gpu}/information";
            var model = (host.ReadText(path, 4096) ?? "").Split('\n').Select(l => l.Split(':', 2)).FirstOrDefault(p => p.Length == 2 && p[0].Trim() == "Model");
            var name = model is null ? null : model[1].Trim();
            if (name is null)
                continue;
            if (host.Exists("/dev/nvidiactl"))
                draft.AddAccelerator(AcceleratorKind.GPU, name, path);
            else
                draft.AddFact("GPU not passed in", name, $"{path} without /dev/nvidiactl");
        }
    }

    private static async Task ReadWslAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        const string program = "/usr/lib/wsl/lib/nvidia-smi";
        var names = host.Exists(program) ? await host.RunAsync(program, ["--query-gpu=name", "--format=csv,noheader"], Patience, cancellationToken) : null;
        foreach (var name in (names ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            draft.AddAccelerator(AcceleratorKind.GPU, name, "/dev/dxg, nvidia-smi");
        if (!draft.Has(AcceleratorKind.GPU))
            draft.AddAccelerator(AcceleratorKind.GPU, "GPU of the Windows host (paravirtual)", "/dev/dxg");
    }

    private static void ReadAndroid(IDeviceHost host, ProfileDraft draft)
    {
        if (draft.Has(AcceleratorKind.GPU))
            return;
        const string kgsl = "/sys/class/kgsl/kgsl-3d0/gpu_model";
        if (host.ReadLine(kgsl) is { } model)
            draft.AddAccelerator(AcceleratorKind.GPU, model.StartsWith("Adreno", StringComparison.OrdinalIgnoreCase) ? $"Qualcomm {model}" : model, kgsl);
        else if (draft.Android is { } android && AndroidFingerprint.Property(android, "ro.hardware.vulkan", "ro.hardware.egl") is { } egl && Maker(egl) is { } name)
            draft.AddAccelerator(AcceleratorKind.GPU, name, "getprop: ro.hardware.vulkan / ro.hardware.egl");
    }

    // Only drivers of real GPUs; "swiftshader" or "ranchu" is the emulator's software.
    private static string? Maker(string egl) => egl.ToLowerInvariant() switch
    {
        "adreno" => "Qualcomm Adreno",
        "mali" => "Arm Mali",
        "powervr" => "Imagination PowerVR",
        "xclipse" or "samsung" => "Samsung Xclipse",
        _ => null,
    };
}
