using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Names of PCI devices: this table for the common ones, the system's <c>pci.ids</c> when installed, else vendor and number.</summary>
public static class PciNames
{
    private const int DatabaseBytes = 4 * 1024 * 1024;

    private static readonly string[] Databases = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids"];

    private static readonly Dictionary<string, string> Vendors = new(StringComparer.OrdinalIgnoreCase)
    {
        ["1002"] = "AMD", ["1022"] = "AMD", ["10de"] = "NVIDIA", ["8086"] = "Intel", ["17cb"] = "Qualcomm", ["5143"] = "Qualcomm", ["1414"] = "Microsoft",
        ["15ad"] = "VMware", ["1af4"] = "Red Hat virtio", ["1234"] = "QEMU", ["80ee"] = "VirtualBox", ["1da3"] = "Habana", ["1e60"] = "Hailo",
        ["1ac1"] = "Google", ["106b"] = "Apple", ["1ed5"] = "Moore Threads", ["14e4"] = "Broadcom",
    };

    private static readonly Dictionary<string, string> Devices = new(StringComparer.OrdinalIgnoreCase)
    {
        // GPUs
        ["10de:2b85"] = "GeForce RTX 5090", ["10de:2c02"] = "GeForce RTX 5080", ["10de:2684"] = "GeForce RTX 4090", ["10de:2704"] = "GeForce RTX 4080",
        ["10de:2782"] = "GeForce RTX 4070 Ti", ["10de:2786"] = "GeForce RTX 4070", ["10de:2882"] = "GeForce RTX 4060", ["10de:2204"] = "GeForce RTX 3090",
        ["10de:2206"] = "GeForce RTX 3080", ["10de:2484"] = "GeForce RTX 3070", ["10de:2503"] = "GeForce RTX 3060", ["10de:20b0"] = "A100",
        ["10de:2330"] = "H100", ["10de:27b8"] = "L4", ["10de:1eb8"] = "Tesla T4",
        ["1002:744c"] = "Radeon RX 7900 XT/XTX", ["1002:747e"] = "Radeon RX 7700/7800 XT", ["1002:7480"] = "Radeon RX 7600", ["1002:73bf"] = "Radeon RX 6800/6900 XT",
        ["1002:15bf"] = "Radeon 780M", ["1002:1900"] = "Radeon 780M", ["1002:150e"] = "Radeon 890M", ["1002:1586"] = "Radeon 8060S", ["1002:164e"] = "Radeon Graphics (Raphael)",
        ["8086:7d55"] = "Arc Graphics (Meteor Lake)", ["8086:7d45"] = "Graphics (Meteor Lake)", ["8086:64a0"] = "Arc Graphics 130V/140V (Lunar Lake)",
        ["8086:56a0"] = "Arc A770", ["8086:56a1"] = "Arc A750", ["8086:e20b"] = "Arc B580", ["8086:e20c"] = "Arc B570",
        ["8086:a7a0"] = "Iris Xe Graphics (Raptor Lake)", ["8086:46a6"] = "Iris Xe Graphics (Alder Lake)", ["8086:9a49"] = "Iris Xe Graphics (Tiger Lake)",
        ["8086:46d1"] = "UHD Graphics (Alder Lake-N)",
        // NPUs
        ["8086:7d1d"] = "NPU (Meteor Lake)", ["8086:ad1d"] = "NPU (Arrow Lake)", ["8086:643e"] = "NPU (Lunar Lake)", ["8086:b03e"] = "NPU (Panther Lake)",
        ["1022:1502"] = "XDNA NPU (Phoenix / Hawk Point)", ["1022:17f0"] = "XDNA 2 NPU (Strix / Krackan)", ["1e60:2864"] = "Hailo-8", ["17cb:a100"] = "Cloud AI 100",
    };

    /// <summary>The device's name; ids are four hexadecimal digits as in <c>PCI_ID=10DE:2684</c>.</summary>
    public static string Name(IDeviceHost host, string vendorId, string deviceId)
    {
        var vendor = Vendors.GetValueOrDefault(vendorId, $"PCI vendor {vendorId.ToLowerInvariant()}");
        var device = Devices.GetValueOrDefault($"{vendorId}:{deviceId}")
            ?? Databases.Select(p => host.ReadText(p, DatabaseBytes)).OfType<string>().Select(t => Lookup(t, vendorId, deviceId)).FirstOrDefault(n => n is not null)
            ?? $"device {deviceId.ToLowerInvariant()}";
        return device.StartsWith(vendor, StringComparison.OrdinalIgnoreCase) ? device : $"{vendor} {device}";
    }

    /// <summary>A device's name in <c>pci.ids</c>; the marketing name in brackets is preferred; null when not listed.</summary>
    public static string? Lookup(string database, string vendorId, string deviceId)
    {
        var inVendor = false;
        foreach (var line in database.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (line[0] != '\t')
            {
                if (inVendor)
                    return null;
                inVendor = line.StartsWith(vendorId, StringComparison.OrdinalIgnoreCase) && line.Length > vendorId.Length && line[vendorId.Length] == ' ';
            }
            else if (inVendor && line.Length > 1 && line[1] != '\t' && line[1..].StartsWith(deviceId, StringComparison.OrdinalIgnoreCase))
            {
                var name = line[(1 + deviceId.Length)..].Trim();
                var open = name.LastIndexOf('[');
                return name.Length == 0 ? null : (open >= 0 && name[^1] == ']' ? name[(open + 1)..^1] : name).ToString();
            }
        }

        return null;
    }
}
