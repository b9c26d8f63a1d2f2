using System.Text.Json;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint.Windows;

/// <summary>Everything Windows tells through CIM, asked in one PowerShell call (starting PowerShell is what costs).</summary>
public sealed class WindowsFingerprint : IFingerprint
{
    /// <summary>What is asked; no serial numbers, user or host names. No double quotes, so nothing needs escaping on the command line.</summary>
    public const string Script =
        """
        $ErrorActionPreference='SilentlyContinue';$ProgressPreference='SilentlyContinue';[Console]::OutputEncoding=[Text.Encoding]::UTF8
        $npu='PNPClass=''ComputeAccelerator'' OR Name LIKE ''%AI Boost%'' OR Name LIKE ''% NPU%'' OR Name LIKE ''%IPU Device%'''
        @{
        os=@(Get-CimInstance Win32_OperatingSystem|Select-Object Caption,Version,ProductType)
        cpu=@(Get-CimInstance Win32_Processor|Select-Object Name,NumberOfCores,NumberOfLogicalProcessors)
        machine=@(Get-CimInstance Win32_ComputerSystem|Select-Object Manufacturer,Model,PCSystemType,TotalPhysicalMemory)
        enclosure=@(Get-CimInstance Win32_SystemEnclosure|Select-Object ChassisTypes)
        gpu=@(Get-CimInstance Win32_VideoController|Select-Object Name,PNPDeviceID,DriverVersion,Status)
        npu=@(Get-CimInstance Win32_PnPEntity -Filter $npu|Select-Object Name,PNPClass,Status)
        battery=@(Get-CimInstance Win32_Battery|Select-Object Name,Chemistry)
        }|ConvertTo-Json -Depth 4 -Compress
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public HostPlatform? Platform => HostPlatform.Windows;

    public async ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var root = host.Env("SystemRoot") ?? @"C:\Windows";
        var output = await host.RunAsync(
            $@"{root}\System32\WindowsPowerShell\v1.0\powershell.exe", ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", Script], Patience, cancellationToken);
        draft.LookedFor(AcceleratorKind.GPU, "Win32_VideoController");
        draft.LookedFor(AcceleratorKind.NPU, "Win32_PnPEntity: class ComputeAccelerator");
        Apply(output ?? "", draft);
    }

    /// <summary>Reads the JSON the script writes; what is missing or odd is left out.</summary>
    public static void Apply(string json, ProfileDraft draft)
    {
        using var document = Json.TryParse(json);
        if (document is null)
            return;
        var root = document.RootElement;
        foreach (var os in Json.Rows(root, "os").Take(1))
            draft.SetOs(string.Join(' ', new[] { Json.Text(os, "Caption"), Json.Text(os, "Version") is { } v ? $"({v})" : null }.OfType<string>()), "Win32_OperatingSystem");
        ApplyCpu([.. Json.Rows(root, "cpu")], draft);
        foreach (var machine in Json.Rows(root, "machine").Take(1))
            WindowsMachine.Apply(machine, root, draft);
        WindowsAccelerators.Apply(root, draft);
        foreach (var battery in Json.Rows(root, "battery").Take(1))
            draft.SetBattery(WindowsMachine.BatteryText(battery), "Win32_Battery");
    }

    private static void ApplyCpu(JsonElement[] sockets, ProfileDraft draft)
    {
        if (sockets.Length == 0)
            return;
        var name = Json.Text(sockets[0], "Name");
        draft.SetCpuModel(sockets.Length > 1 && name is not null ? $"{sockets.Length}× {name}" : name, "Win32_Processor: Name");
        var cores = sockets.Select(s => Json.Number(s, "NumberOfCores")).ToArray();
        if (Array.TrueForAll(cores, c => c is > 0 and < 65536))
            draft.SetPhysicalCores((int)cores.Sum(c => c!.Value), "Win32_Processor: NumberOfCores");
    }
}
