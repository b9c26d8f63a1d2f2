using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Attention;
using EdgeMesh.Dashboard.Components.Controls;

namespace EdgeMesh.Dashboard.Features.Fleet;

/// <summary>One cause and the devices that have it, in a sentence.</summary>
/// <param name="Keys">Of the troubles it stands for.</param>
/// <param name="Class">CSS class of its colour.</param>
/// <param name="Sentence">Goes on after the devices' names.</param>
public sealed record AttentionRow(ImmutableArray<string> Keys, ImmutableArray<DeviceSnapshot> Devices, string Class, string Icon, string Sentence)
{
    /// <summary>What was not dismissed, one row for each cause, worst first. Pure.</summary>
    public static ImmutableArray<AttentionRow> Of(FleetSnapshot fleet, IReadOnlySet<string> dismissed, DateTimeOffset now) =>
    [
        .. Trouble.Of(fleet).Where(t => !dismissed.Contains(t.Key))
            .GroupBy(t => (t.Kind, t.Subject, Cause: t.Kind is TroubleKind.Suspect ? "" : t.Cause)).OrderBy(g => g.Key.Kind)
            .Select(g => new AttentionRow(
                [.. g.Select(t => t.Key)],
                [.. g.Select(t => t.Device)],
                g.Key.Kind == TroubleKind.Lost ? "danger" : "warn",
                g.Key.Kind switch { TroubleKind.Lost => "offline", TroubleKind.Suspect => "clock", _ => "warn" },
                What(g.Key.Kind, g.Key.Subject, g.First().Cause, [.. g.Select(t => t.Device)], now).TrimEnd())),
    ];

    private static string What(TroubleKind kind, string subject, string cause, IReadOnlyList<DeviceSnapshot> devices, DateTimeOffset now)
    {
        var many = devices.Count > 1;
        var seen = devices.Select(d => d.LastSeen).OfType<DateTimeOffset>().ToList();
        return kind switch
        {
            TroubleKind.Lost when seen.Count == 0 => $"{(many ? "have" : "has")} joined and {(many ? "were" : "was")} never online. Start the agent there.",
            TroubleKind.Lost => $"{(many ? $"have been lost, the longest for {Format.Age(seen.Min(), now)}" : $"has been lost for {Format.Age(seen[0], now)}")}. {cause}",
            TroubleKind.Suspect => $"{(many ? "were" : "was")} last seen {Format.Ago(seen.Count == 0 ? null : seen.Min(), now)}. {cause}",
            TroubleKind.Claimed => $"{(many ? "are" : "is")} claimed twice. {cause}",
            _ => $"cannot use {subject}. {cause}",
        };
    }
}
