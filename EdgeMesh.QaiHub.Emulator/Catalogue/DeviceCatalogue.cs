using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>The devices that the emulator lends: rows of the service's catalogue in August 2026, from two tables in this assembly.</summary>
internal static class DeviceCatalogue
{
    public static readonly IReadOnlyList<CatalogueDevice> All = Read();

    /// <summary>Devices with this name (any when empty), a version in <paramref name="os"/> and every attribute, in the catalogue's order.</summary>
    public static IEnumerable<CatalogueDevice> Find(string name, string os, IReadOnlyCollection<string> attributes)
    {
        var versions = OsVersions.TryParse(os, out var asked) ? asked : throw new Refusal(400, $"'{os}' is neither a version nor an interval of versions.");
        return All.Where(d => (name.Length == 0 || d.Name == name) && versions.Has(d.Version) && attributes.All(d.ToWire().Attributes.Contains));
    }

    /// <summary>The one device a job runs on: of those that match, the one with the newest system.</summary>
    public static CatalogueDevice? Select(string name, string os, IReadOnlyCollection<string> attributes) =>
        Find(name, os, attributes).MaxBy(d => Version.Parse(d.Version.Contains('.') ? d.Version : d.Version + ".0"));

    /// <summary>The device a job names; refused as the service refuses it when there is none.</summary>
    public static CatalogueDevice Required(Device? device) =>
        device is not null && Select(device.Name, device.Os, device.Attributes) is { } found
            ? found
            : throw new Refusal(404, "Unable to find a target device matching the specified constraints.");

    private static List<CatalogueDevice> Read()
    {
        var chipsets = Lines("chipsets.tsv").Select(Chipset.Parse).ToDictionary(c => c.Names[0]);
        return [.. Lines("devices.tsv").Select(line => CatalogueDevice.Parse(line, chipsets))];
    }

    private static IEnumerable<string> Lines(string table)
    {
        using var reader = new StreamReader(typeof(DeviceCatalogue).Assembly.GetManifestResourceStream(table)!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line;
            }
        }
    }
}
