using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.MacOs;

/// <summary>Product name, form factor and GPUs of a Mac. Serial numbers in the output are not read.</summary>
public sealed class SystemProfilerFingerprint : IFingerprint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public HostPlatform? Platform => HostPlatform.MacOs;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken) =>
        Apply(await host.RunAsync("/usr/sbin/system_profiler", ["-json", "SPHardwareDataType", "SPDisplaysDataType"], Patience, cancellationToken) ?? "", draft);

    /// <summary>Reads the JSON; what is missing or odd is left out.</summary>
    public static void Apply(string json, ProfileDraft draft)
    {
        draft.LookedFor(AcceleratorKind.GPU, "system_profiler SPDisplaysDataType");
        using var document = Json.TryParse(json);
        if (document is null)
            return;
        foreach (var hardware in Json.Rows(document.RootElement, "SPHardwareDataType").Take(1))
        {
            var name = Json.Text(hardware, "machine_name");
            draft.SetMachine(name, "system_profiler SPHardwareDataType: machine_name");
            draft.SetCpuModel(Json.Text(hardware, "chip_type") ?? Json.Text(hardware, "cpu_type"), "system_profiler SPHardwareDataType");
            draft.SetFormFactor(OfName(name), "system_profiler SPHardwareDataType: machine_name");
        }

        foreach (var display in Json.Rows(document.RootElement, "SPDisplaysDataType"))
        {
            var name = Json.Text(display, "sppci_model") ?? Json.Text(display, "_name");
            // A display that hangs on no GPU of its own ("spdisplays_display", paravirtual) says so by type.
            if (name is null || Json.Text(display, "sppci_device_type") is not (null or "spdisplays_gpu"))
                continue;
            var cores = Json.Text(display, "sppci_cores");
            draft.AddAccelerator(AcceleratorKind.GPU, cores is null ? name : $"{name} GPU ({cores} cores)", "system_profiler SPDisplaysDataType");
            draft.AddFact("GPU memory", Json.Text(display, "spdisplays_vram") ?? Json.Text(display, "spdisplays_vram_shared"), "system_profiler SPDisplaysDataType");
        }
    }

    private static FormFactor OfName(string? name) => name switch
    {
        null => FormFactor.Unknown,
        _ when name.StartsWith("MacBook", StringComparison.Ordinal) => FormFactor.Laptop,
        _ when name.StartsWith("Mac", StringComparison.Ordinal) || name.StartsWith("iMac", StringComparison.Ordinal) => FormFactor.Desktop,
        _ => FormFactor.Unknown,
    };
}
