using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>The one line to paste on a new device, for each system; pure.</summary>
internal static class JoinLines
{
    /// <summary>For this window alone, so that nobody has to allow scripts first.</summary>
    private const string AllowScripts = "Set-ExecutionPolicy Bypass -Scope Process -Force; ";

    /// <param name="origin">Where the device reaches the dashboard: https on the LAN, or http on this computer.</param>
    /// <param name="pin">Of the server's key, for https.</param>
    /// <param name="head">See <see cref="Trust.LanState.PinHead"/>.</param>
    public static JoinCommands For(Uri origin, KeyPin pin, string ticket, string head)
    {
        var at = origin.GetLeftPart(UriPartial.Authority);
        var fetch = origin.Scheme == Uri.UriSchemeHttps ? $"curl -fsSk --pinnedpubkey sha256//{pin.Base64} {at}/join.sh" : $"curl -fsS {at}/join.sh";

        // By the pipe and the shell's own echo: arguments of a process can be read by every user of the device, as by ps.
        var unix = $"{{ echo EDGEMESH_TOKEN={ticket}; {fetch}; }} | sh -s --";
        return new JoinCommands(unix, unix, Windows(at, origin.Scheme == Uri.UriSchemeHttps ? pin : null, head, ticket), Termux(fetch, ticket));
    }

    // For a PowerShell that is open already: a program that the line started would have the token in its arguments. The type is compiled by PowerShell itself: a script block cannot be a
    // TLS callback there, as it comes on another thread.
    private static string Windows(string at, KeyPin? pin, string head, string ticket)
    {
        var trust = pin is { } key
            ? $"if (-not ('EdgeMeshPin' -as [type])) {{ Add-Type '{string.Join(' ', JoinScripts.PinType.Split('\n', StringSplitOptions.TrimEntries))}' }}; " +
                $"[Net.ServicePointManager]::ServerCertificateValidationCallback=[EdgeMeshPin]::Only('{head}','{key.Base64}'); "
            : "";
        return $"{AllowScripts}{trust}& ([scriptblock]::Create((New-Object Net.WebClient).DownloadString('{at}/join.ps1'))) '{ticket}'";
    }

    // Android's own C library cannot run the agent; a Debian inside Termux can.
    private static string Termux(string fetch, string ticket) =>
        $"pkg install -y proot-distro && (proot-distro install debian || true) && echo {ticket} | proot-distro login debian -- sh -c " +
        $"'read -r t; command -v curl >/dev/null || (apt-get update && apt-get install -y curl); {{ echo EDGEMESH_TOKEN=$t; {fetch}; }} | sh -s --'";
}
