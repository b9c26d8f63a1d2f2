using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Processor model, core designs and instruction sets.</summary>
public sealed class CpuFingerprint : IFingerprint
{
    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var info = CpuInfo.Parse(host.ReadText("/proc/cpuinfo", 1024 * 1024) ?? "");
        draft.AddInstructionSets(info.Flags, "/proc/cpuinfo");

        var cores = info.ArmCores();
        if (info.First("model name") is { } model && cores is null)
            draft.SetCpuModel(model, "/proc/cpuinfo: model name");

        var (soc, source) = Soc(host, draft);
        if (soc is not null)
            draft.SetCpuModel(cores is null ? soc : $"{soc} ({cores})", cores is null ? source : $"{source}, /proc/cpuinfo: CPU part");
        draft.SetCpuModel(cores, "/proc/cpuinfo: CPU part");
        draft.SetCpuModel(info.Tail.GetValueOrDefault("Hardware") ?? info.First("model name") ?? info.First("uarch"), "/proc/cpuinfo");
        return default;
    }

    /// <summary>The system on chip, by Android's own word or the device tree.</summary>
    private static (string? Name, string Source) Soc(IDeviceHost host, ProfileDraft draft)
    {
        if (draft.Android is { } android && AndroidFingerprint.Property(android, "ro.soc.model") is { } model)
        {
            var maker = AndroidFingerprint.Property(android, "ro.soc.manufacturer");
            return (SocNames.OfModel(model) is { } known ? $"{known} {model}" : maker is null ? model : $"{maker} {model}", "getprop: ro.soc.model");
        }

        return (SocNames.OfCompatible(host.ReadStrings("/proc/device-tree/compatible")), "/proc/device-tree/compatible");
    }
}
