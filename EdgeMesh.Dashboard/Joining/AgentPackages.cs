using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>An agent to download: an archive with the program and its models.</summary>
/// <param name="Sha256">Of the archive, hexadecimal in lower case.</param>
public sealed record AgentPackage(string Rid, string Path, string Sha256);

/// <summary>
/// The agents that this dashboard can hand out: what <c>eng/publish-agents</c> made, and for its own platform the agent it was built with (which needs
/// .NET on the device). Thread-safe.
/// </summary>
public sealed class AgentPackages(IOptions<DashboardOptions> dashboard)
{
    private readonly ConcurrentDictionary<(string Path, long Written), Task<AgentPackage>> _hashed = new();
    private readonly Lazy<Task<AgentPackage?>> _own = new(() => Task.Run(() => BuildOwnAsync(dashboard.Value)));

    /// <summary>Where published archives are looked for, first hit wins.</summary>
    public static ImmutableArray<string> Folders(string? configured) =>
        [.. ((string?[])[configured, Path.Combine(AppContext.BaseDirectory, "agents"), Checkout() is { } root ? Path.Combine(root, "publish", "agents") : null]).OfType<string>()];

    /// <summary>The archive for a platform, or null when this dashboard has none.</summary>
    public async Task<AgentPackage?> FindAsync(string rid)
    {
        if (!Platforms.All.Contains(rid))
        {
            return null;
        }

        var published = Folders(dashboard.Value.AgentsDirectory).Select(f => new FileInfo(Path.Combine(f, Platforms.ArchiveName(rid)))).FirstOrDefault(f => f.Exists);
        return published is not null
            ? await _hashed.GetOrAdd((published.FullName, published.LastWriteTimeUtc.Ticks), key => HashAsync(rid, key.Path))
            : rid == Platforms.Own ? await _own.Value : null;
    }

    private static async Task<AgentPackage?> BuildOwnAsync(DashboardOptions options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.DataDirectory, "agents")).FullName;
        var path = Path.Combine(folder, Platforms.ArchiveName(Platforms.Own));
        return await BuiltAgent.PackAsync(AppContext.BaseDirectory, Platforms.Own, path) ? await HashAsync(Platforms.Own, path) : null;
    }

    private static async Task<AgentPackage> HashAsync(string rid, string path)
    {
        await using var file = File.OpenRead(path);
        return new AgentPackage(rid, path, Convert.ToHexStringLower(await SHA256.HashDataAsync(file)));
    }

    private static string? Checkout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeMesh.Dashboard.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
