using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Devices;

/// <summary>Online: beats arrive. Suspect: no beat for 1.5 s, no new work. Lost: none for 3 s. Draining: finishes, takes nothing new.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceState>))]
public enum DeviceState
{
    Online,
    Suspect,
    Lost,
    Draining,
    Forgotten,
}

/// <summary>How the orchestrator reaches the device.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LinkKind>))]
public enum LinkKind
{
    Tunnel,
    Direct,
    Embedded,
}

/// <summary>Absent: looked for, not found. Detected: the OS shows it. Proven: a canary inference ran on it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AcceleratorStatus>))]
public enum AcceleratorStatus
{
    [JsonStringEnumMemberName("absent")] Absent,
    [JsonStringEnumMemberName("detected")] Detected,
    [JsonStringEnumMemberName("proven")] Proven,
}

/// <summary>What kind of thing it is, for its picture; Unknown when nothing says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FormFactor>))]
public enum FormFactor
{
    Unknown,
    Desktop,
    Laptop,
    Phone,
    Board,
    Server,
    VirtualMachine,
}
