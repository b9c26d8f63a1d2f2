using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>The scripts that install and join an agent, filled in with where they came from. They hold no secret: the token is given to them.</summary>
internal static class JoinScripts
{
    private static readonly Lazy<string> Shell = new(() => Read("join.sh"));
    private static readonly Lazy<string> PowerShell = new(() => Read("join.ps1").Replace("@PINTYPE@", PinType, StringComparison.Ordinal));

    /// <summary>A C# class for PowerShell, old and new, that accepts one public key and nothing else. No quotation marks in it, as it goes into one line.</summary>
    public static string PinType { get; } = Read("EdgeMeshPin.txt").TrimEnd();

    /// <param name="origin">Scheme, host and port by which it was asked for.</param>
    /// <param name="pin">Of the server's key; null on loopback without TLS.</param>
    public static string ForShell(Uri origin, KeyPin? pin) => Fill(Shell.Value, origin, pin, "");

    /// <param name="head">See <see cref="Trust.LanState.PinHead"/>.</param>
    public static string ForPowerShell(Uri origin, KeyPin? pin, string head) => Fill(PowerShell.Value, origin, pin, head);

    private static string Fill(string script, Uri origin, KeyPin? pin, string head) => script
        .Replace("@BASE@", origin.GetLeftPart(UriPartial.Authority).Replace("'", "", StringComparison.Ordinal), StringComparison.Ordinal)
        .Replace("@PINHEAD@", head, StringComparison.Ordinal)
        .Replace("@PIN@", pin?.Base64 ?? "", StringComparison.Ordinal);

    private static string Read(string name)
    {
        using var stream = typeof(JoinScripts).Assembly.GetManifestResourceStream("joining/" + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
