using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>Configuration section <c>EdgeMesh:Lan</c>: the one TLS port for browsers, agents and the API of other machines.</summary>
public sealed class LanOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "EdgeMesh:Lan";

    /// <summary>Whether the port is open (<c>--lan</c>). Default null: as the switch in Settings was left; at first off.</summary>
    public bool? Enabled { get; set; }

    /// <summary>The port (<c>--lan-port</c>). Default 8443; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8443;

    /// <summary>
    /// An own certificate for browsers: a PEM file with its chain, or a PKCS#12 file. Default none: the mesh's CA makes one. Agents are always shown the
    /// mesh's. The file is read again when it changes.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The private key of a PEM <see cref="CertificatePath"/>. Default: it is in the same file.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>The password of <see cref="CertificatePath"/> or its key. Default none.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>How long a device's certificate lasts; it is renewed at half of that. Default 1 day; 10 seconds to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan DeviceCertificateLasts { get; set; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Reverse proxies (addresses or networks such as <c>10.0.0.0/24</c>) whose forwarded headers are believed. Default none: forwarded headers are ignored.
    /// The names they serve belong into <c>EdgeMesh:Hosts</c>.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];
}
