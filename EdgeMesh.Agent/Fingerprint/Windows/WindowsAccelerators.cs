using System.Text.Json;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Windows;

/// <summary>GPUs and NPUs out of CIM rows.</summary>
internal static class WindowsAccelerators
{
    // Real adapters hang on PCI or are described by ACPI; remote, indirect and Hyper-V displays hang on ROOT, SWD or VMBUS.
    private static readonly string[] RealBuses = [@"PCI\", @"ACPI\", @"QCOM"];

    /// <summary>Reads the <c>gpu</c> and <c>npu</c> rows.</summary>
    public static void Apply(JsonElement root, ProfileDraft draft)
    {
        foreach (var gpu in Json.Rows(root, "gpu"))
        {
            var bus = Json.Text(gpu, "PNPDeviceID") ?? "";
            if (Json.Text(gpu, "Name") is not { } name)
                continue;
            var real = Array.Exists(RealBuses, b => bus.StartsWith(b, StringComparison.OrdinalIgnoreCase)) && !name.StartsWith("Microsoft Basic", StringComparison.OrdinalIgnoreCase);
            if (!real)
                draft.AddFact("Display adapter without GPU", name, "Win32_VideoController");
            else
                draft.AddAccelerator(AcceleratorKind.GPU, name, Source("Win32_VideoController", gpu));
            if (real && Json.Text(gpu, "DriverVersion") is { } version)
                draft.AddFact("GPU driver", version, "Win32_VideoController: DriverVersion");
        }

        foreach (var npu in Json.Rows(root, "npu").Where(IsNpu).DistinctBy(n => Json.Text(n, "Name"), StringComparer.Ordinal))
            draft.AddAccelerator(AcceleratorKind.NPU, Json.Text(npu, "Name"), Source($"Win32_PnPEntity: class {Json.Text(npu, "PNPClass") ?? "unknown"}", npu));
    }

    private static bool IsNpu(JsonElement row)
    {
        var name = Json.Text(row, "Name") ?? "";
        return string.Equals(Json.Text(row, "PNPClass"), "ComputeAccelerator", StringComparison.OrdinalIgnoreCase)
            || name.Contains("AI Boost", StringComparison.OrdinalIgnoreCase)
            || name.Contains("IPU Device", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(" NPU", StringComparison.OrdinalIgnoreCase);
    }

    // A device Windows could not start is still there; the source says how it is.
    private static string Source(string query, JsonElement row) =>
        Json.Text(row, "Status") is { } status and not "OK" ? $"{query} (status {status})" : query;
}
