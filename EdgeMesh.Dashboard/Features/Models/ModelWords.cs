using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Models;

namespace EdgeMesh.Dashboard.Features.Models;

/// <summary>Models in words.</summary>
internal static class ModelWords
{
    private const double Mib = 1 << 20;

    public static string Size(long? bytes) => bytes is { } b ? Components.Controls.Format.Gb(b / Mib) : "unknown";

    public static string Speed(double bytesPerSecond) => $"{Components.Controls.Format.Gb(bytesPerSecond / Mib)}/s";

    public static string Tier(int? tier) => tier switch
    {
        null => "no engine runs it now",
        0 => "last choice",
        _ => $"quality {tier} of 5",
    };

    /// <summary>CSS class, glyph and word of a model on a device.</summary>
    public static (string Class, string Glyph, string Word) Place(ModelPlace place) => place switch
    {
        { Stored.Loaded: true } => ("st-ok", "busy", "In memory"),
        { Stored.Kind: "emulated" } => ("st-mute", "none", "Placeholder"),
        { Stored: not null, Runtimes.IsEmpty: true } => ("st-mute", "none", "Kept"),
        { Ready: false } => ("st-mute", "none", "Engine not ready"),
        { WithAgent: true } => ("st-ok", "idle", "Built in"),
        { Stored: not null } => ("st-ok", "idle", "On disk"),
        _ => ("st-ok", "idle", $"In {place.Runtimes[0]}"),
    };

    /// <summary>What must be said of a result of AI Hub that is not known to be Qualcomm's; null for everything else.</summary>
    public static (string Word, string Explanation)? Maker(ModelPlace place) => (place.Stored is { } stored ? HubOrigin.Parse(stored.Source) : null) switch
    {
        { Emulated: true } => ("emulator", "The emulator of AI Hub made it, not Qualcomm's service."),
        { Confirmed: false } => ("source not confirmed", "It is not known that Qualcomm's service made it."),
        _ => null,
    };

    public static string Explain(ModelPlace place) => string.Join(" ", new[]
    {
        place.CannotRun ?? "",
        place is { Runtimes.IsEmpty: true, CannotRun: null } ? "No engine on this device runs this kind of model." : place.Runtimes.IsEmpty ? "" : $"Runs on {string.Join(", ", place.Runtimes)}.",
        place.Stored?.LoadMs is { } ms ? $"Loading took {Components.Controls.Format.Ms(ms)} the last time." : "",
        place.Stored is { BuiltIn: false } stored ? $"From {stored.Source}." : "",
    }.Where(s => s.Length > 0));

    public static string Phase(ModelTransfer transfer) => transfer switch
    {
        { State: TransferState.Waiting, Phase: ModelTransfer.Away } => "Waits for a device that is away; it goes on by itself",
        { State: TransferState.Waiting } => "Waits for another device to have it",
        { Phase: "Listing" or null } => "Reading the list of files",
        { Phase: "Unpacking" } => "Unpacking",
        { Phase: "Installing" } => "Putting it in place",
        { TotalBytes: { } total } => $"{Size(transfer.Bytes)} of {Size(total)}",
        _ => Size(transfer.Bytes),
    };
}
