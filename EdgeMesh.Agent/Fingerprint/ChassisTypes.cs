using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>SMBIOS chassis types (table 17 of the specification), as Linux and Windows both report them.</summary>
public static class ChassisTypes
{
    /// <summary>The form factor; Unknown for types that do not say.</summary>
    public static FormFactor Of(long? type) => type switch
    {
        3 or 4 or 5 or 6 or 7 or 13 or 15 or 16 or 24 or 35 or 36 => FormFactor.Desktop,
        8 or 9 or 10 or 14 or 30 or 31 or 32 => FormFactor.Laptop,
        17 or 23 or 25 or 28 or 29 => FormFactor.Server,
        _ => FormFactor.Unknown,
    };
}
