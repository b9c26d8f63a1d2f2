using EdgeMesh.QaiHub.Catalog;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>What of the catalogue is wanted; null is any. Case does not matter.</summary>
/// <param name="Search">Words that must all be in its name, system, chipset, vendor or Hexagon version; see <see cref="DeviceSearch"/>.</param>
/// <param name="Chipset">Part of a chipset's name.</param>
/// <param name="Os">Name of the system, its version, or both, such as <c>android 14</c>.</param>
/// <param name="Hexagon">A version such as <c>v73</c>; with a plus that one and newer ones.</param>
public sealed record HubDeviceFilter(
    string? Search = null, string? Vendor = null, string? Chipset = null, string? Os = null, string? Format = null, string? Hexagon = null, string? Framework = null, bool? Fp16 = null)
{
    public static HubDeviceFilter None { get; } = new();

    /// <summary>The devices that fit: with words the best match first, else in their order.</summary>
    public ImmutableArray<HubDevice> Apply(ImmutableArray<HubDevice> devices) => DeviceSearch.Find(devices.Where(Fits), Search);

    /// <summary>Version of a Hexagon NPU, such as 73; 0 when it is none.</summary>
    public static int Version(string? hexagon) => int.TryParse((hexagon ?? "").AsSpan().TrimStart('v').TrimStart('V').TrimEnd('+'), out var version) ? version : 0;

    private static bool Same(string? wish, string? value) => string.IsNullOrEmpty(wish) || string.Equals(wish, value, StringComparison.OrdinalIgnoreCase);

    private static bool Has(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private bool Fits(HubDevice d) =>
        Same(Vendor, d.Vendor) && Same(Format, d.Format) && (Fp16 is null || Fp16 == d.SupportsFp16)
        && (string.IsNullOrEmpty(Framework) || d.Frameworks.Contains(Framework, StringComparer.OrdinalIgnoreCase))
        && (string.IsNullOrEmpty(Chipset) || Has(d.SocDescription, Chipset) || d.Chipsets.Any(c => Has(c, Chipset)))
        && (string.IsNullOrEmpty(Os) || Same(Os, d.OsFamily) || Same(Os, d.Os) || Same(Os, $"{d.OsFamily} {d.Os}"))
        && (string.IsNullOrEmpty(Hexagon) || (Hexagon.EndsWith('+') ? Version(d.Hexagon) >= Version(Hexagon) : Same(Hexagon, d.Hexagon)));
}
