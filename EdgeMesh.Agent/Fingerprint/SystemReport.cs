using System.Globalization;
using System.Text;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>The answer of a SYSINFO task.</summary>
public static class SystemReport
{
    /// <summary>A short Markdown page: what the device is, how it is now, its accelerators, and every fact with its source.</summary>
    public static string Markdown(DeviceProfile profile, TelemetrySample now)
    {
        var page = new StringBuilder();
        page.Append("# ").Append(Cell(profile.Machine.Length > 0 ? profile.Machine : profile.Os.Length > 0 ? profile.Os : "Device")).Append("\n\n");
        Table(page, ["What", "Value"], Summary(profile).Concat(Live(now)).Where(r => r.Value is not null).Select(r => new[] { $"**{r.Name}**", r.Value! }));
        page.Append("\n## Accelerators\n\n");
        Table(page, ["Kind", "Name", "Status", "Found by"], profile.Accelerators.Select(a => new[] { a.Kind.ToString(), a.Name.Length > 0 ? a.Name : "–", StatusText(a.Status), a.Source }));
        page.Append("\n## Facts\n\n");
        Table(page, ["Fact", "Value", "Source"], profile.Facts.Select(f => new[] { f.Name, f.Value, f.Source }));
        return page.ToString();
    }

    private static IEnumerable<(string Name, string? Value)> Summary(DeviceProfile profile) =>
    [
        ("System", Known(profile.Os)),
        ("Processor", Known(profile.CpuModel)),
        ("Architecture", Known(profile.Architecture)),
        ("Cores", Cores(profile)),
        ("Instruction sets", Known(string.Join(", ", profile.InstructionSets))),
        ("Memory", profile.RamTotalMb > 0 ? Size(profile.RamTotalMb) : null),
        ("Disk free", profile.DiskFreeMb is { } disk ? Size(disk) : null),
        ("Form factor", profile.FormFactor == FormFactor.Unknown ? null : ProfileDraft.Words(profile.FormFactor)),
        ("Agent", Known(profile.AgentVersion)),
    ];

    private static IEnumerable<(string Name, string? Value)> Live(TelemetrySample now) =>
    [
        ("CPU load now", now.CpuPercent is { } cpu ? Text($"{cpu:0.#} %") : null),
        ("Memory free now", Size(now.RamFreeMb)),
        ("Battery now", now.BatteryPercent is { } percent ? Text($"{percent} %{now.Charging switch { true => ", on mains", false => ", on battery", null => "" }}") : null),
        ("Temperature now", now.TemperatureC is { } celsius ? Text($"{celsius:0.#} °C") : null),
        ("Agent's memory", now.AgentRamMb is { } mb ? Size(mb) : null),
    ];

    private static string? Cores(DeviceProfile profile) => (profile.PhysicalCores, profile.LogicalCores) switch
    {
        ({ } physical, > 0 and var logical) => Text($"{physical} physical, {logical} usable"),
        (null, > 0 and var logical) => Text($"{logical} usable"),
        _ => null,
    };

    private static void Table(StringBuilder page, string[] head, IEnumerable<string[]> rows)
    {
        Row(page, head);
        Row(page, [.. head.Select(_ => "---")]);
        foreach (var row in rows)
            Row(page, row);
    }

    private static void Row(StringBuilder page, string[] cells) => page.Append("| ").AppendJoin(" | ", cells.Select(Cell)).Append(" |\n");

    // Hardware names come from firmware: nothing in them may become Markdown or HTML, but our own bold names stay.
    private static string Cell(string text)
    {
        var bold = text.StartsWith("**", StringComparison.Ordinal) && text.EndsWith("**", StringComparison.Ordinal);
        return bold ? text : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal).ReplaceLineEndings(" ");
    }

    private static string Size(long mb) => mb >= 10 * 1024 ? Text($"{mb / 1024.0:0.#} GiB") : Text($"{mb} MiB");

    private static string StatusText(AcceleratorStatus status) => status.ToString().ToLowerInvariant();

    private static string? Known(string text) => text.Length > 0 ? text : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
