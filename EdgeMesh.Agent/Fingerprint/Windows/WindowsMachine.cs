using System.Text.Json;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Windows;

/// <summary>Product name, form factor, memory and battery out of CIM rows.</summary>
internal static class WindowsMachine
{
    private static readonly string[] Virtual = ["virtual machine", "vmware", "virtualbox", "kvm", "qemu", "parallels", "hvm domu", "google compute engine"];

    /// <summary>Reads a Win32_ComputerSystem row and the enclosure beside it.</summary>
    public static void Apply(JsonElement machine, JsonElement root, ProfileDraft draft)
    {
        var maker = Json.Text(machine, "Manufacturer");
        var model = Json.Text(machine, "Model");
        if (model is not null && !model.Contains("System Product Name", StringComparison.OrdinalIgnoreCase) && !model.Contains("To Be Filled", StringComparison.OrdinalIgnoreCase))
            draft.SetMachine(maker is null || model.StartsWith(maker.Split(' ')[0], StringComparison.OrdinalIgnoreCase) ? model : $"{maker} {model}", "Win32_ComputerSystem");
        draft.SetRamTotal(Json.Number(machine, "TotalPhysicalMemory") / 1024 / 1024, "Win32_ComputerSystem: TotalPhysicalMemory");

        if (Array.Exists(Virtual, v => $"{maker} {model}".Contains(v, StringComparison.OrdinalIgnoreCase)))
            draft.SetFormFactor(FormFactor.VirtualMachine, "Win32_ComputerSystem: Model");
        foreach (var type in Json.Rows(root, "enclosure").SelectMany(e => Json.Numbers(e, "ChassisTypes")))
            draft.SetFormFactor(ChassisTypes.Of(type), "Win32_SystemEnclosure: ChassisTypes");
        draft.SetFormFactor(OfSystemType(Json.Number(machine, "PCSystemType")), "Win32_ComputerSystem: PCSystemType");
    }

    /// <summary>What a Win32_Battery row says of the battery.</summary>
    public static string BatteryText(JsonElement battery)
    {
        var name = Json.Text(battery, "Name") ?? "present";
        return Json.Number(battery, "Chemistry") switch { 6 => $"{name} (Li-ion)", 8 => $"{name} (Li-poly)", _ => name };
    }

    private static FormFactor OfSystemType(long? type) => type switch
    {
        1 or 3 => FormFactor.Desktop,
        2 or 8 => FormFactor.Laptop,
        4 or 5 or 7 => FormFactor.Server,
        _ => FormFactor.Unknown,
    };
}
