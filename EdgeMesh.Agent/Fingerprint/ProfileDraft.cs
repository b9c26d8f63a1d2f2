using System.Collections.Immutable;
using System.Globalization;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>A profile in the making. The first source that knows a value wins; every value becomes a fact with its source.</summary>
public sealed class ProfileDraft(string dataDirectory)
{
    private readonly List<HardwareFact> facts = [];
    private readonly List<Accelerator> accelerators = [];
    private readonly Dictionary<AcceleratorKind, string> absences = [];
    private readonly HashSet<string> instructionSets = new(StringComparer.Ordinal);

    public string DataDirectory => dataDirectory;

    public string Os { get; private set; } = "";

    public string Machine { get; private set; } = "";

    public string CpuModel { get; private set; } = "";

    public int? PhysicalCores { get; private set; }

    public int? LogicalCores { get; private set; }

    public long? RamTotalMb { get; private set; }

    public long? DiskFreeMb { get; private set; }

    public FormFactor FormFactor { get; private set; }

    /// <summary>Android's system properties; null when this is not Android.</summary>
    public IReadOnlyDictionary<string, string>? Android { get; set; }

    public void SetOs(string? name, string source)
    {
        if (Os.Length == 0 && AddFact("Operating system", name, source))
            Os = Clean(name!);
    }

    public void SetMachine(string? name, string source)
    {
        if (Machine.Length == 0 && AddFact("Machine", name, source))
            Machine = Clean(name!);
    }

    public void SetCpuModel(string? name, string source)
    {
        if (CpuModel.Length == 0 && AddFact("Processor", name, source))
            CpuModel = Clean(name!);
    }

    public void SetPhysicalCores(int? count, string source)
    {
        if (PhysicalCores is null && count > 0)
        {
            PhysicalCores = count;
            AddFact("Physical cores", Text(count.Value), source);
        }
    }

    public void SetLogicalCores(int? count, string source)
    {
        if (LogicalCores is null && count > 0)
        {
            LogicalCores = count;
            AddFact("Logical cores", Text(count.Value), source);
        }
    }

    public void SetRamTotal(long? mb, string source)
    {
        if (RamTotalMb is null && mb > 0)
        {
            RamTotalMb = mb;
            AddFact("Memory", $"{Text(mb.Value)} MiB", source);
        }
    }

    public void SetDiskFree(long? mb, string source)
    {
        if (DiskFreeMb is null && mb >= 0)
        {
            DiskFreeMb = mb;
            AddFact("Disk free", $"{Text(mb.Value)} MiB", source);
        }
    }

    public void SetFormFactor(FormFactor value, string source)
    {
        if (FormFactor == FormFactor.Unknown && value != FormFactor.Unknown)
        {
            FormFactor = value;
            AddFact("Form factor", Words(value), source);
        }
    }

    public void SetBattery(string description, string source) => AddFact("Battery", description, source);

    public void AddInstructionSets(IEnumerable<string> flags, string source)
    {
        var known = CpuFlags.Normalise(flags);
        if (known.Length == 0)
            return;
        instructionSets.UnionWith(known);
        AddFact("Instruction sets", string.Join(' ', known), source);
    }

    public bool Has(AcceleratorKind kind) => accelerators.Exists(a => a.Kind == kind);

    /// <summary>An accelerator that the OS shows.</summary>
    public void AddAccelerator(AcceleratorKind kind, string? name, string source)
    {
        var clean = Clean(name ?? "");
        if (clean.Length == 0)
            return;
        accelerators.Add(new Accelerator(kind, clean, AcceleratorStatus.Detected, Source: source));
        AddFact(kind.ToString(), clean, source);
    }

    /// <summary>Where an accelerator was looked for, should none be found.</summary>
    public void LookedFor(AcceleratorKind kind, string source) => absences.TryAdd(kind, source);

    /// <summary>One more fact; nothing is added for a blank value. Whether it was added.</summary>
    public bool AddFact(string name, string? value, string source)
    {
        var clean = Clean(value ?? "");
        if (clean.Length == 0)
            return false;
        facts.Add(new HardwareFact(name, clean, source));
        return true;
    }

    /// <summary>The profile of what was found.</summary>
    public DeviceProfile Build(string architecture, string agentVersion)
    {
        // This code runs on one, so a processor is there even when nothing names it.
        accelerators.Add(CpuModel.Length > 0
            ? new Accelerator(AcceleratorKind.CPU, CpuModel, AcceleratorStatus.Detected, Source: facts.Find(f => f.Name == "Processor")?.Source ?? "")
            : new Accelerator(AcceleratorKind.CPU, $"{architecture} processor", AcceleratorStatus.Detected, Source: "RuntimeInformation.OSArchitecture"));
        var all = Enum.GetValues<AcceleratorKind>()
            .SelectMany(kind => accelerators.Where(a => a.Kind == kind)
                .DefaultIfEmpty(new Accelerator(kind, "", AcceleratorStatus.Absent, Source: absences.GetValueOrDefault(kind, "not looked for on this platform"))))
            .ToImmutableArray();
        return new DeviceProfile(
            Os, architecture, Machine, CpuModel, PhysicalCores, LogicalCores ?? 0, CpuFlags.Normalise(instructionSets),
            RamTotalMb ?? 0, DiskFreeMb, FormFactor, agentVersion, all, [.. facts]);
    }

    /// <summary>A form factor for people.</summary>
    internal static string Words(FormFactor value) => value == FormFactor.VirtualMachine ? "Virtual machine" : value.ToString();

    /// <summary>One line of at most 200 printable characters, blanks collapsed, trade marks dropped.</summary>
    internal static string Clean(string value)
    {
        var plain = value.Replace("(R)", "", StringComparison.OrdinalIgnoreCase).Replace("(TM)", "", StringComparison.OrdinalIgnoreCase)
            .Replace("®", "", StringComparison.Ordinal).Replace("™", "", StringComparison.Ordinal);
        var printable = string.Create(Math.Min(plain.Length, 400), plain, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] == '\uFFFD' ? ' ' : text[i];
        });
        var line = string.Join(' ', printable.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 200 ? line : line[..200];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
