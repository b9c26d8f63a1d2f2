using EdgeMesh.Core.Trust;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>The port for other machines: whether it is open, and what one needs to reach and to recognise it. Thread-safe.</summary>
public interface ILanAccess
{
    /// <summary>As it is now; addresses are looked up at each call, so one that appeared later is there.</summary>
    LanState Current { get; }

    /// <summary>Where new devices are told to dial: https on the LAN when open, then http on loopback.</summary>
    ImmutableArray<Uri> DialAddresses { get; }

    /// <summary>Opens or closes the port now and keeps that for the next start; null when done, else why not.</summary>
    Task<Problem?> SetAsync(bool enabled, CancellationToken cancellationToken);
}

/// <param name="Enabled">Whether the port is open.</param>
/// <param name="Port">The port it is, or would be, open on.</param>
/// <param name="Addresses">https addresses of this machine with this port, the likeliest first; empty when it is closed.</param>
/// <param name="ServerPin">Of the key that browsers and curl are shown: of your own certificate, or else the mesh's, which stays the same when its certificate is issued anew.</param>
/// <param name="Authority">Of the mesh's CA.</param>
/// <param name="Fixed">True when the command line or configuration decides, so that the switch cannot.</param>
public sealed record LanState(bool Enabled, int Port, ImmutableArray<Uri> Addresses, KeyPin ServerPin, KeyPin Authority, bool Fixed)
{
    /// <summary>What stands before the bare key in that key's SubjectPublicKeyInfo, base64; a client on old .NET is given the bare key only.</summary>
    public string PinHead { get; init; } = P256Head;

    /// <summary>Of an ECDSA P-256 key, as the mesh's.</summary>
    public const string P256Head = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=";
}
