using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>Configuration section <c>EdgeMesh:Connections</c>: what the network may take.</summary>
public sealed class ConnectionOptions
{
    public const string Section = "EdgeMesh:Connections";

    /// <summary>Connections of one address (one /64 of IPv6) at once; a proxy of <c>EdgeMesh:Lan:TrustedProxies</c> has no such limit. Default 128; 8 to 100,000.</summary>
    [Range(8, 100_000)]
    public int PerAddress { get; set; } = 128;

    /// <summary>Connections of all other machines at once, and as many of this computer. A low limit of open files makes it less. Default 2,048; 64 to 100,000.</summary>
    [Range(64, 100_000)]
    public int Most { get; set; } = 2_048;
}

/// <summary>Checks the annotations of <see cref="ConnectionOptions"/> at start.</summary>
[OptionsValidator]
internal sealed partial class ConnectionOptionsValidator : IValidateOptions<ConnectionOptions>;
