using System.Collections.Immutable;
using System.Text;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Fingerprint.HostAccess;
using EdgeMesh.Core.Devices;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Agent.Fingerprint;

/// <summary>
/// A captured machine: files, directories, program outputs and environment. A fixture file is a sequence of <c>== /path</c>, <c>== run PROGRAM ARGS</c> and
/// <c>== env NAME</c> headers, each followed by its content; the first lines are <c>key=value</c> facts of the runtime. <c>\0</c> stands for NUL.
/// </summary>
internal sealed class FixtureHost : IDeviceHost
{
    private readonly Dictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly HashSet<string> present = new(StringComparer.Ordinal);
    private readonly HashSet<string> denied = new(StringComparer.Ordinal);

    public Dictionary<string, string> Outputs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public List<string> Ran { get; } = [];

    public long? DiskFree { get; set; } = 100L * 1024 * 1024 * 1024;

    public RuntimeFacts Runtime { get; set; } = new(HostPlatform.Linux, "x64", "x64", "", 4, null, [], []);

    public static FixtureHost Load(string name)
    {
        var host = new FixtureHost();
        string? header = null;
        var body = new StringBuilder();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agent", "Fingerprint", "Fixtures", name + ".txt")))
        {
            if (!line.StartsWith("== ", StringComparison.Ordinal))
            {
                body.Append(line).Append('\n');
                continue;
            }

            host.Put(header, body.ToString());
            header = line[3..].Trim();
            body.Clear();
        }

        host.Put(header, body.ToString());
        return host;
    }

    public FixtureHost WithFile(string path, string content)
    {
        files[path] = Encoding.UTF8.GetBytes(content);
        return Node(path);
    }

    public FixtureHost Node(string path)
    {
        for (var p = path; p.Length > 1; p = Path.GetDirectoryName(p)!)
            present.Add(p);
        return this;
    }

    public FixtureHost Deny(string path)
    {
        denied.Add(path);
        return this;
    }

    public async Task<DeviceProfile> ProfileAsync(CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddSingleton<IDeviceHost>(this).AddLogging().AddFingerprint().BuildServiceProvider();
        return await services.GetRequiredService<DeviceProfiler>().Profile("/data", cancellationToken);
    }

    public async Task<ProfileDraft> DraftAsync(IFingerprint fingerprint, CancellationToken cancellationToken)
    {
        var draft = new ProfileDraft("/data");
        await fingerprint.ReadAsync(this, draft, cancellationToken);
        return draft;
    }

    public int Read(string path, Span<byte> buffer)
    {
        if (denied.Contains(path) || !files.TryGetValue(path, out var content))
            return -1;
        var length = Math.Min(content.Length, buffer.Length);
        content.AsSpan(0, length).CopyTo(buffer);
        return length;
    }

    public IReadOnlyList<string> List(string directory) => denied.Contains(directory)
        ? []
        : [.. present.Where(p => Path.GetDirectoryName(p) == directory).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    public bool Exists(string path) => !denied.Contains(path) && present.Contains(path);

    public Task<string?> RunAsync(string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var command = string.Join(' ', arguments.Prepend(program));
        Ran.Add(command);
        return Task.FromResult<string?>(Outputs.FirstOrDefault(o => command == o.Key || (o.Key.EndsWith('…') && command.StartsWith(o.Key[..^1], StringComparison.Ordinal))).Value);
    }

    public string? Env(string name) => Environment.GetValueOrDefault(name);

    public long? DiskFreeBytes(string path) => DiskFree;

    private void Put(string? header, string content)
    {
        if (header is null)
            Runtime = Facts(content);
        else if (header.StartsWith("run ", StringComparison.Ordinal))
            Outputs[header[4..]] = content;
        else if (header.StartsWith("env ", StringComparison.Ordinal))
            Environment[header[4..]] = content.Trim();
        else if (header.StartsWith("node ", StringComparison.Ordinal))
            Node(header[5..]);
        else
            WithFile(header, content.Replace("\\0", "\0", StringComparison.Ordinal));
    }

    private static RuntimeFacts Facts(string content)
    {
        var pairs = content.Split('\n').Select(l => l.Split('=', 2)).Where(p => p.Length == 2 && p[0][0] != '#').ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        return new RuntimeFacts(
            Enum.Parse<HostPlatform>(pairs["platform"]), pairs["architecture"], pairs.GetValueOrDefault("process", pairs["architecture"]), pairs.GetValueOrDefault("description", ""),
            int.Parse(pairs["processors"]), null, List("instructions"), List("os-instructions"));

        ImmutableArray<string> List(string key) => [.. pairs.GetValueOrDefault(key, "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }
}
