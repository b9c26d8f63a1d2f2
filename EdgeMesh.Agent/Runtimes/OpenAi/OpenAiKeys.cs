using EdgeMesh.Agent.Configuration;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// The keys of OpenAI-like servers, as <c>EDGEMESH_OPENAI_KEY</c> has them: <c>KEY</c> for every server of <c>--openai</c>, or
/// <c>HOST:PORT=KEY,HOST=KEY,…</c> with a key for each.
/// </summary>
public sealed class OpenAiKeys
{
    private readonly Dictionary<string, string> _byServer = new(StringComparer.OrdinalIgnoreCase);
    private readonly string? _everywhere;

    /// <param name="setting">The variable's value; null when it is not set.</param>
    public OpenAiKeys(string? setting)
    {
        foreach (var entry in (setting ?? "").Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && OpenAiAddress.Parse(entry[..equals]) is { } server)
            {
                _byServer[Name(server.Bases[0], entry[..equals])] = entry[(equals + 1)..].Trim();
            }
            else
            {
                _everywhere ??= entry;
            }
        }
    }

    /// <summary>The key for a server; null when there is none for it.</summary>
    /// <param name="server">Any address of it.</param>
    public string? For(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return _byServer.GetValueOrDefault($"{server.IdnHost}:{server.Port}") ?? _byServer.GetValueOrDefault(server.IdnHost)
            ?? (server.IsLoopback ? _byServer.GetValueOrDefault($"localhost:{server.Port}") : null)
            ?? _everywhere;
    }

    // Without a port it is every server of that host.
    private static string Name(Uri server, string written) =>
        written.TrimEnd('/').EndsWith($":{server.Port}", StringComparison.Ordinal) || !server.IsDefaultPort ? $"{server.IdnHost}:{server.Port}" : server.IdnHost;
}
