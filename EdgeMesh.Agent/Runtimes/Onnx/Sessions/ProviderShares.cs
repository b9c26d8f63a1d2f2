using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>Which provider ran how many of a model's nodes.</summary>
/// <param name="Nodes">Provider name → nodes it ran; only nodes that really ran are counted.</param>
public sealed record ProviderShares(ImmutableSortedDictionary<string, int> Nodes)
{
    private const string KernelTime = "_kernel_time";

    public int Total => Nodes.Values.Sum();

    /// <summary>Provider name → share of the nodes, 0–1, such as <c>{"CPUExecutionProvider": 1.0}</c>.</summary>
    public ImmutableSortedDictionary<string, double> Shares => Nodes.ToImmutableSortedDictionary(n => n.Key, n => (double)n.Value / Total);

    /// <summary>The share of one provider, 0–1.</summary>
    public double Of(ExecutionProvider provider) => Nodes.TryGetValue(provider.Name, out var nodes) ? (double)nodes / Total : 0;

    /// <summary>Reads the profile that ONNX Runtime wrote.</summary>
    public static ProviderShares Read(string profilePath)
    {
        using var stream = File.OpenRead(profilePath);
        using var profile = JsonDocument.Parse(stream);
        var ran = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var @event in profile.RootElement.EnumerateArray())
        {
            if (@event.GetProperty("cat").ValueEquals("Node")
                && @event.GetProperty("name").GetString() is { } name && name.EndsWith(KernelTime, StringComparison.Ordinal)
                && @event.GetProperty("args").TryGetProperty("provider", out var provider))
            {
                // A node that ran in several steps of the warm-up counts once.
                ran[name] = provider.GetString() ?? "";
            }
        }

        return new(ran.Values.CountBy(p => p).ToImmutableSortedDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal));
    }
}
