using System.Net;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>The addresses to listen on, checked before anything starts: plain HTTP never leaves this machine.</summary>
public static class ListenAddresses
{
    /// <summary>Where the dashboard listens when nothing says otherwise.</summary>
    public const string Default = "http://localhost:8080";

    /// <summary>Splits and checks addresses.</summary>
    /// <exception cref="StartupException">One of them is not an address, or would send plain HTTP over a network.</exception>
    public static string[] Parse(string urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (addresses.Length == 0)
        {
            throw Bad($"--urls is empty. Give an address such as {Default}.");
        }

        foreach (var address in addresses)
        {
            Check(address);
        }

        return addresses;
    }

    /// <summary>Whether the host part of an address is this machine only.</summary>
    public static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ||
        (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static void Check(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw Bad($"\"{url}\" is not an address to listen on. Give one such as {Default}.");
        }

        var isHttp = string.Equals(address.Scheme, "http", StringComparison.OrdinalIgnoreCase);
        if ((!isHttp && !string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase)) ||
            address.PathBase.Length > 0 || address.IsUnixPipe || address.IsNamedPipe || address.Port is < 0 or > 65535)
        {
            throw Bad($"\"{url}\" is not an address to listen on: it must be http:// or https://, a host and a port. Give one such as {Default}.");
        }

        if (isHttp && !IsLoopback(address.Host))
        {
            throw Bad($"Plain HTTP on {address.Host} is refused: keys and texts would cross the network in the clear. " +
                $"Use a loopback address such as {Default}, and --lan for other machines.");
        }

        if (address.Port == 0 && address.Host == "localhost")
        {
            throw Bad("\"localhost\" has two addresses (IPv4 and IPv6), so it cannot take any free port. Use http://127.0.0.1:0.");
        }
    }

    private static StartupException Bad(string message) => new(message) { ExitCode = 2 };
}
