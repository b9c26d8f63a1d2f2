using QRCoder;

namespace EdgeMesh.Dashboard.Components.Join;

/// <summary>Text as a QR code: an SVG made here, black on white in both themes, as scanners expect it.</summary>
public static class QrCode
{
    /// <summary>An SVG that fills the width of its place; null when the text is too long for a code.</summary>
    public static string? Svg(string text)
    {
        try
        {
            using var generator = new QRCodeGenerator();
            using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
            using var code = new SvgQRCode(data);
            return code.GetGraphic(1, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        }
        catch (QRCoder.Exceptions.DataTooLongException)
        {
            return null;
        }
    }
}
