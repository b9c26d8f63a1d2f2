using System.Globalization;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.MacOs;

/// <summary>Everything macOS tells through <c>sw_vers</c>, <c>sysctl</c> and <c>pmset</c>; <c>system_profiler</c> has its own fingerprint.</summary>
public sealed class MacFingerprint : IFingerprint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public HostPlatform? Platform => HostPlatform.MacOs;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        ApplyVersion(await host.RunAsync("/usr/bin/sw_vers", [], Patience, cancellationToken) ?? "", draft);
        ApplySysctl(await host.RunAsync("/usr/sbin/sysctl", ["-a"], Patience, cancellationToken) ?? "", draft);
        if (PmsetBattery.Parse(await host.RunAsync(PmsetBattery.Program, PmsetBattery.Arguments, Patience, cancellationToken) ?? "") is not null)
            draft.SetBattery("present", "pmset -g batt");
    }

    /// <summary>Reads <c>sw_vers</c>.</summary>
    public static void ApplyVersion(string output, ProfileDraft draft)
    {
        var values = Pairs(output);
        if (values.TryGetValue("ProductVersion", out var version))
            draft.SetOs($"{values.GetValueOrDefault("ProductName", "macOS")} {version}", "sw_vers");
        draft.AddFact("Build", values.GetValueOrDefault("BuildVersion"), "sw_vers");
    }

    /// <summary>Reads <c>sysctl -a</c>.</summary>
    public static void ApplySysctl(string output, ProfileDraft draft)
    {
        var values = Pairs(output);
        var brand = values.GetValueOrDefault("machdep.cpu.brand_string");
        draft.SetCpuModel(brand, "sysctl machdep.cpu.brand_string");
        draft.SetPhysicalCores(Number(values, "hw.physicalcpu"), "sysctl hw.physicalcpu");
        var fast = Number(values, "hw.perflevel0.physicalcpu");
        var small = Number(values, "hw.perflevel1.physicalcpu");
        if (fast is not null && small is not null)
            draft.AddFact("Core kinds", string.Create(CultureInfo.InvariantCulture, $"{fast} performance + {small} efficiency"), "sysctl hw.perflevel0/1.physicalcpu");
        if (long.TryParse(values.GetValueOrDefault("hw.memsize"), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            draft.SetRamTotal(bytes / 1024 / 1024, "sysctl hw.memsize");
        draft.AddInstructionSets(Features(values), "sysctl hw.optional / machdep.cpu");
        draft.AddFact("Model identifier", values.GetValueOrDefault("hw.model"), "sysctl hw.model");

        var virtualMachine = values.GetValueOrDefault("kern.hv_vmm_present") == "1";
        if (virtualMachine)
            draft.SetFormFactor(FormFactor.VirtualMachine, "sysctl kern.hv_vmm_present");
        draft.LookedFor(AcceleratorKind.NPU, "sysctl machdep.cpu.brand_string: not an Apple chip, or a virtual machine");
        // Every Apple chip of a Mac has a Neural Engine; a guest does not see it.
        if (!virtualMachine && brand is not null && brand.StartsWith("Apple M", StringComparison.Ordinal))
            draft.AddAccelerator(AcceleratorKind.NPU, $"{brand} Neural Engine", "sysctl machdep.cpu.brand_string");
    }

    private static IEnumerable<string> Features(Dictionary<string, string> values)
    {
        const string arm = "hw.optional.arm.";
        const string optional = "hw.optional.";
        foreach (var (key, value) in values)
        {
            if (value == "1" && key.StartsWith(optional, StringComparison.Ordinal))
                yield return key.StartsWith(arm, StringComparison.Ordinal) ? key[arm.Length..] : key[optional.Length..];
        }

        foreach (var flag in $"{values.GetValueOrDefault("machdep.cpu.features")} {values.GetValueOrDefault("machdep.cpu.leaf7_features")}".Split(' '))
            yield return flag;
    }

    private static int? Number(Dictionary<string, string> values, string key) =>
        int.TryParse(values.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static Dictionary<string, string> Pairs(string output)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
                pairs.TryAdd(line[..colon].Trim(), line[(colon + 1)..].Trim());
        }

        return pairs;
    }
}
