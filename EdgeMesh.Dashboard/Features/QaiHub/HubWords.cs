using System.Globalization;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>What the service says, for people.</summary>
internal static class HubWords
{
    public static string Runtime(string? value) => TargetRuntimes.Of(value)?.Title ?? value ?? "";

    public static string Type(ModelType type) => type switch
    {
        ModelType.Onnx => "ONNX",
        ModelType.AimetOnnx => "AIMET",
        ModelType.Torchscript => "TorchScript",
        ModelType.Tflite => "LiteRT",
        ModelType.QnnDlc => "QNN DLC",
        ModelType.QnnContextBinary => "QNN context binary",
        _ => type.ToString(),
    };

    public static string Format(string? format) => (format ?? "").ToLowerInvariant() switch
    {
        "phone" => "Phone",
        "tablet" => "Tablet",
        "compute" => "Laptop",
        "iot" => "IoT",
        "auto" => "Car",
        "xr" => "XR",
        "" => "Other",
        var other => Components.Controls.Format.Capital(other),
    };

    public static string FormatIcon(string? format) => (format ?? "").ToLowerInvariant() switch
    {
        "phone" or "tablet" => "phone",
        "compute" => "laptop",
        _ => "board",
    };

    public static string System(string? system) => (system ?? "").ToLowerInvariant() switch
    {
        "android" => "Android",
        "windows" => "Windows",
        "ubuntu" => "Ubuntu",
        "qc_linux" => "Qualcomm Linux",
        "" => "unknown",
        var other => Components.Controls.Format.Capital(other.Replace('_', ' ')),
    };

    public static string System(HubDevice device) => $"{System(device.OsFamily)} {device.Os}".Trim();

    // "qualcomm-snapdragon-8gen3" is the name that people know, without its dashes.
    private static string ChipsetName(string? chipset) => chipset is null ? "unknown"
        : string.Join(' ', chipset.Replace("qualcomm-", "", StringComparison.OrdinalIgnoreCase).Split('-').Select(Components.Controls.Format.Capital));

    public static string Framework(string framework) => framework.ToLowerInvariant() switch
    {
        "tflite" => "LiteRT",
        "onnx" => "ONNX Runtime",
        "qnn" => "QNN",
        var other => other,
    };

    public static string Chipset(HubDevice device) => device.SocDescription.Length > 0 ? device.SocDescription.Split('|')[0].Replace("®", "", StringComparison.Ordinal).Trim() : ChipsetName(device.Chipsets.FirstOrDefault());

    /// <summary>Name and version of the system: what tells two devices apart, in addresses.</summary>
    public static string Key(HubDevice device) => $"{device.Name}|{device.Os}";

    public static string Vendor(string? vendor) => string.IsNullOrEmpty(vendor) ? "unknown" : string.Join(' ', vendor.Split('-', '_').Select(Components.Controls.Format.Capital));

    /// <summary>Where a data set comes from.</summary>
    public static string Origin(HubDataset set, HubJobList jobs) =>
        !set.Uploaded ? "upload not finished"
        : set.Note is { How.Length: > 0 } note ? note.How
        : MakerOf(set.Id, jobs) is { } job ? $"outputs of the inference job {job.Id}"
        : "made elsewhere";

    /// <summary>The inference job whose outputs a data set is; null when it is none that is known here.</summary>
    public static TrackedJob? MakerOf(string dataset, HubJobList jobs) => jobs.Items.FirstOrDefault(j => j.OutputDatasetId == dataset);

    public static string Kind(HubJobKind kind) => kind switch
    {
        HubJobKind.Compile => "Compile",
        HubJobKind.Profile => "Profile",
        HubJobKind.Inference => "Inference",
        HubJobKind.Quantize => "Quantize",
        _ => "Link",
    };

    public static string State(HubJobState state) => state switch
    {
        HubJobState.WaitingForPlace => "Waiting for a place",
        HubJobState.Created => "Queued",
        HubJobState.Optimizing => "Compiling",
        HubJobState.Provisioning => "Getting a device",
        HubJobState.Measuring => "Measuring",
        HubJobState.RunningInference => "Running",
        HubJobState.Quantizing => "Quantizing",
        HubJobState.Linking => "Linking",
        HubJobState.Done => "Done",
        HubJobState.Failed => "Failed",
        _ => "In a state that this version does not know",
    };

    /// <summary>CSS class and glyph.</summary>
    public static (string Class, string Glyph) Look(HubJobState state) => state switch
    {
        HubJobState.Done => ("st-ok", "check"),
        HubJobState.Failed => ("st-danger", "cross"),
        HubJobState.Created or HubJobState.WaitingForPlace => ("st-mute", "queued"),
        HubJobState.Unknown => ("st-mute", "none"),
        _ => ("st-run", "run"),
    };

    public static string Size(long? bytes) => bytes switch
    {
        null => "unknown",
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KB"),
        { } b => Components.Controls.Format.Gb(b / (double)(1 << 20)),
    };

    public static string Time(TimeSpan? time) => time is { TotalMilliseconds: > 0 and < 1 } brief
        ? string.Create(CultureInfo.InvariantCulture, $"{brief.TotalMicroseconds:0} µs")
        : Components.Controls.Format.Ms(time?.TotalMilliseconds);

    /// <summary>How long something took, as <c>41 s</c> or <c>1:02</c>.</summary>
    public static string Span(TimeSpan time) => time < TimeSpan.FromSeconds(90)
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(time.TotalSeconds)):0} s")
        : time < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min");
}
