using System.Globalization;
using QRCoder;

namespace EdgeMesh.Dashboard.Components.Join;

/// <summary>Text as a QR code: an SVG made here, black on white in both themes, as scanners expect it.</summary>
public static class QrCode
{
    /// <summary>Least CSS pixels of a module: below it phones fail on a screen at arm's length.</summary>
    public const int LeastModule = 3;

    /// <summary>A short text gets larger modules, up to about this width.</summary>
    private const int Comfortable = 200;

    /// <summary>An SVG of a fixed size; null when the text is too long for a code.</summary>
    public static string? Svg(string text)
    {
        try
        {
            using var generator = new QRCodeGenerator();

            // A screen has no stains: the least correction makes the fewest, and so the largest, modules.
            using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
            using var code = new SvgQRCode(data);
            var modules = data.ModuleMatrix.Count;
            var size = modules * Math.Max(LeastModule, Comfortable / modules);
            var svg = code.GetGraphic(1, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
            return svg.Replace("<svg ", string.Create(CultureInfo.InvariantCulture, $"<svg width=\"{size}\" height=\"{size}\" "), StringComparison.Ordinal);
        }
        catch (QRCoder.Exceptions.DataTooLongException)
        {
            return null;
        }
    }
}
