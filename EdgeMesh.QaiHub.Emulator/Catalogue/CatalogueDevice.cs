using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>One row of the catalogue: a device with one version of its system.</summary>
internal sealed record CatalogueDevice(string Name, string Version, string Os, string Format, string Vendor, Chipset Chipset)
{
    public bool TfLite => Os != "windows";

    /// <summary>Reads one line of <c>devices.tsv</c>.</summary>
    public static CatalogueDevice Parse(string line, IReadOnlyDictionary<string, Chipset> chipsets)
    {
        string[] cell = line.Split('\t');
        return new CatalogueDevice(cell[0], cell[1], cell[2], cell[3], cell[4], chipsets[cell[5]]);
    }

    public Device ToWire()
    {
        var device = new Device { Name = Name, Os = Version, SocDescription = Chipset.Description };
        device.Attributes.AddRange(Attributes());
        return device;
    }

    /// <summary>As the service tells them: <c>key:value</c>; what a device cannot do is left out.</summary>
    private IEnumerable<string> Attributes()
    {
        yield return Os switch { "android" => "abi:aarch64-android", "windows" => "abi:aarch64-windows", _ => "abi:aarch64-oe-linux-gcc11" };
        foreach (string name in Chipset.Names)
        {
            yield return $"chipset:{name}";
        }

        yield return $"format:{Format}";
        yield return "framework:onnx";
        if (Chipset.Qnn)
        {
            yield return "framework:qnn";
        }

        if (TfLite)
        {
            yield return "framework:tflite";
        }

        if (Chipset.Hexagon > 0)
        {
            yield return $"hexagon:v{Chipset.Hexagon}";
        }

        if (Chipset.Fp16)
        {
            yield return "htp-supports-fp16:true";
        }

        if (Chipset.WeightSharing)
        {
            yield return "htp-supports-weight-sharing:true";
        }

        yield return $"os:{Os}";
        if (Chipset.SocModel is { } soc)
        {
            yield return $"soc-model:{soc}";
        }

        yield return $"vendor:{Vendor}";
    }
}
