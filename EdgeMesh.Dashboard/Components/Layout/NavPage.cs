namespace EdgeMesh.Dashboard.Components.Layout;

/// <summary>A page in the rail, the bottom bar and the command palette. Only pages that exist.</summary>
/// <param name="Path">Its address; pages below it belong to it.</param>
/// <param name="Icon">A name of <see cref="Controls.Icon"/>.</param>
/// <param name="OnPhones">Whether it has a place in the bottom bar of phones; the others are in the sheet above it.</param>
/// <param name="Apart">Whether a line parts it from what is above it in the rail.</param>
/// <param name="Words">Other words that people may search it by.</param>
public sealed record NavPage(string Path, string Name, string Icon, bool OnPhones = true, bool Apart = false, string Words = "")
{
    public static ImmutableArray<NavPage> All { get; } =
    [
        new("/", "Fleet", "fleet", Words: "devices home start"),
        new("/jobs", "Jobs", "jobs", Words: "history"),
        new("/models", "Models", "models", Words: "get download install"),
        new("/qaihub", "QAI Hub", "qaihub", OnPhones: false, Words: "qualcomm ai hub"),
        new("/settings", "Settings", "settings", OnPhones: false, Apart: true, Words: "options preferences"),
    ];

    /// <summary>The pages of QAI Hub, as its tabs.</summary>
    public static ImmutableArray<NavPage> Hub { get; } =
    [
        new("/qaihub", "Devices", "qaihub"),
        new("/qaihub/zoo", "Model zoo", "models", Words: "public precompiled"),
        new("/qaihub/models", "Models", "qaihub", Words: "upload"),
        new("/qaihub/data", "Data sets", "qaihub", Words: "calibration numpy pictures quantize"),
        new("/qaihub/compile", "Compile", "qaihub", Words: "target runtime"),
        new("/qaihub/jobs", "Jobs", "qaihub", Words: "tracker profile"),
        new("/qaihub/connection", "Connection", "qaihub", Words: "doctor token account"),
    ];

    /// <summary>The sections of Settings.</summary>
    public static ImmutableArray<NavPage> Settings { get; } =
    [
        new("/settings#keys", "API keys", "key", Words: "secret access"),
        new("/settings#sessions", "Sessions", "key", Words: "browsers signed in sign out everywhere"),
        new("/settings/audit", "Audit log", "jobs", Words: "who did what history trail"),
        new("/settings#lan", "LAN access", "screen", Words: "network phone certificate trust"),
        new("/settings#tokens", "Join tokens", "qr", Words: "device"),
        new("/settings#models", "Preferred models", "models", Words: "pattern order"),
        new("/settings#appearance", "Appearance", "sun", Words: "theme dark light"),
        new("/settings#about", "About", "info", Words: "version licences api reference openapi"),
    ];

    /// <summary>Its address as a link: relative to the dashboard's own, which a proxy may show under a path.</summary>
    public string Href => Path == "/" ? "./" : Path[1..];

    /// <summary>What belongs to a page without being below it.</summary>
    public bool Has(string here) => here == Path || (Path == "/" ? here.StartsWith("/devices/", StringComparison.Ordinal) : here.StartsWith(Path + "/", StringComparison.Ordinal));
}
