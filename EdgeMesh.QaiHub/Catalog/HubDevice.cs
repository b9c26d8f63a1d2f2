namespace EdgeMesh.QaiHub.Catalog;

/// <summary>A device of the service's catalogue. Names repeat across OS versions; name and version together are one device.</summary>
/// <param name="Name">Such as "Samsung Galaxy S24 (Family)".</param>
/// <param name="Os">Its OS's version, such as "14".</param>
/// <param name="Attributes">As the service sends them: <c>key:value</c>. A flag that is false is absent.</param>
/// <param name="SocDescription">The chip, for people; may be empty.</param>
public sealed record HubDevice(string Name, string Os, ImmutableArray<string> Attributes, string SocDescription)
{
    /// <summary>Such as "samsung"; null when not said, as for all below.</summary>
    public string? Vendor => First("vendor");

    /// <summary>All names of the chip, such as "qualcomm-snapdragon-8gen3" and "sm8650".</summary>
    public ImmutableArray<string> Chipsets => [.. All("chipset")];

    /// <summary>phone, tablet, iot, compute or auto.</summary>
    public string? Format => First("format");

    /// <summary>tflite, onnx, qnn.</summary>
    public ImmutableArray<string> Frameworks => [.. All("framework")];

    /// <summary>The NPU's version, such as "v75".</summary>
    public string? Hexagon => First("hexagon");

    /// <summary>android, windows, qc_linux, ubuntu.</summary>
    public string? OsFamily => First("os");

    /// <summary>Such as "aarch64-android".</summary>
    public string? Abi => First("abi");

    /// <summary>The chip's number in Qualcomm's tools.</summary>
    public string? SocModel => First("soc-model");

    /// <summary>Whether the NPU computes in 16-bit floating point.</summary>
    public bool SupportsFp16 => Flag("htp-supports-fp16");

    /// <summary>Whether graphs of one context binary can share weights.</summary>
    public bool SupportsWeightSharing => Flag("htp-supports-weight-sharing");

    /// <summary>All values of an attribute.</summary>
    public IEnumerable<string> All(string key) =>
        Attributes.Where(a => a.Length > key.Length && a[key.Length] == ':' && a.StartsWith(key, StringComparison.Ordinal)).Select(a => a[(key.Length + 1)..]);

    public bool Equals(HubDevice? other) =>
        other is not null && Name == other.Name && Os == other.Os && SocDescription == other.SocDescription && Attributes.SequenceEqual(other.Attributes);

    public override int GetHashCode() => HashCode.Combine(Name, Os);

    public override string ToString() => Os.Length > 0 ? $"{Name} ({Os})" : Name;

    private string? First(string key) => All(key).FirstOrDefault();

    private bool Flag(string key) => Attributes.Contains(key) || All(key).Any(v => v.Equals("true", StringComparison.OrdinalIgnoreCase));
}
