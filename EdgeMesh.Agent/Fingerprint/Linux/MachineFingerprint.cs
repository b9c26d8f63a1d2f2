using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>The product's name, from firmware (DMI) or the device tree.</summary>
public sealed class MachineFingerprint : IFingerprint
{
    private const string Dmi = "/sys/class/dmi/id";

    // What firmware says when its maker filled in nothing.
    private static readonly string[] Fillers =
        ["to be filled", "system product name", "system manufacturer", "default string", "not specified", "not applicable", "o.e.m.", "unknown", "none", "n/a", "invalid", "empty"];

    // Boards whose device tree spells the product's name unlike its maker does.
    private static readonly Dictionary<string, string> ProductNames = new(StringComparer.Ordinal) { ["arduino,imola"] = "Arduino UNO Q" };

    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var compatible = host.ReadStrings("/proc/device-tree/compatible");
        draft.SetMachine(compatible.Select(c => ProductNames.GetValueOrDefault(c)).FirstOrDefault(n => n is not null), "/proc/device-tree/compatible");
        draft.SetMachine(DmiName(host), $"{Dmi}/product_name");
        draft.SetMachine(host.ReadLine("/proc/device-tree/model"), "/proc/device-tree/model");
        draft.AddFact("Device tree", string.Join(", ", compatible), "/proc/device-tree/compatible");
        return default;
    }

    private static string? DmiName(IDeviceHost host)
    {
        var vendor = Value(host, "sys_vendor");
        var product = Value(host, "product_name");
        // Lenovo puts a number into product_name and the name into product_version.
        if (vendor == "LENOVO" && Value(host, "product_version") is { } version && version.Contains(' ', StringComparison.Ordinal))
            product = version;
        product ??= Value(host, "board_name");
        vendor ??= Value(host, "board_vendor");
        if (product is null)
            return null;
        return vendor is null || product.StartsWith(vendor.Split(' ', ',')[0], StringComparison.OrdinalIgnoreCase) ? product : $"{vendor} {product}";
    }

    private static string? Value(IDeviceHost host, string name) =>
        host.ReadLine($"{Dmi}/{name}") is { } value && !Array.Exists(Fillers, f => value.Contains(f, StringComparison.OrdinalIgnoreCase)) ? value : null;
}
