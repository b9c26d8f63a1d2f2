using System.ComponentModel;
using System.Runtime.InteropServices;
using Cpu = System.Runtime.InteropServices.Architecture;

namespace EdgeMesh.Tests.Support;

/// <summary>
/// A real llama.cpp behind OpenAI's API (<c>tools/llama-server</c>), with a tiny model. Its npm packages are installed once, into the user's cache. Where they cannot be
/// had, the tests say why they did not run.
/// </summary>
public sealed class LlamaServer : IAsyncLifetime
{
    private const string Version = "3.22.1";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private readonly List<ChildProcess> _servers = [];
    private string? _unavailable;

    /// <summary>The only model that it has: it answers any text with made-up words, and never ends by itself.</summary>
    public static string Model => "tiny-llama";

    /// <summary>Tokens that the model reads.</summary>
    public static int ContextTokens => 512;

    private static string Packages { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "edgemesh-tests", $"node-llama-cpp-{Version}");

    private static string? Platform => (OperatingSystem.IsLinux(), OperatingSystem.IsWindows(), OperatingSystem.IsMacOS(), RuntimeInformation.ProcessArchitecture) switch
    {
        (true, _, _, Cpu.X64) => "linux-x64",
        (true, _, _, Cpu.Arm64) => "linux-arm64",
        (_, true, _, Cpu.X64) => "win-x64",
        (_, true, _, Cpu.Arm64) => "win-arm64",
        (_, _, true, Cpu.X64) => "mac-x64",
        (_, _, true, Cpu.Arm64) => "mac-arm64-metal",
        _ => null,
    };

    public async ValueTask InitializeAsync() => _unavailable = await InstallAsync();

    /// <summary>Starts a server, or skips the test with the reason why there is none.</summary>
    /// <param name="tokenPause">Waited after each token: the tiny model would be done before anyone could cancel it.</param>
    public async Task<Uri> StartAsync(TimeSpan tokenPause = default)
    {
        Assert.SkipWhen(_unavailable is not null, $"llama.cpp was not tried: {_unavailable}");
        var script = Path.Combine(BuiltPrograms.RepositoryRoot, "tools", "llama-server", "server.mjs");
        var model = Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "Engines", "Fixtures", $"{Model}.gguf");
        var server = ChildProcess.StartProgram(["node", script, Packages, model, "0", $"{tokenPause.TotalMilliseconds:0}"]);
        _servers.Add(server);
        var line = await server.LineAsync(l => l.StartsWith("listening on ", StringComparison.Ordinal), StartLimit);
        return new Uri(line["listening on ".Length..]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Null when the packages are there, else why not.</summary>
    private static async Task<string?> InstallAsync()
    {
        if (Platform is not { } platform)
        {
            return "there is no build of it for this platform.";
        }

        if (Directory.Exists(Packages))
        {
            return null;
        }

        // Beside it first, so that a half-done one is never taken for whole, and two runs at once do not meet.
        var making = $"{Packages}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(making);
        try
        {
            await using var npm = ChildProcess.StartProgram(
                [OperatingSystem.IsWindows() ? "npm.cmd" : "npm", "install", "--prefix", making, "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", $"node-llama-cpp@{Version}", $"@node-llama-cpp/{platform}@{Version}"]);
            if (await npm.ExitAsync(InstallLimit) != 0)
            {
                return $"npm could not install node-llama-cpp: {npm.Output}";
            }

            Directory.Move(making, Packages);
            return null;
        }
        catch (Win32Exception)
        {
            return "npm was not found.";
        }
        catch (TimeoutException)
        {
            return $"npm did not install node-llama-cpp within {InstallLimit.TotalMinutes:0} minutes.";
        }
        catch (IOException) when (Directory.Exists(Packages))
        {
            return null;
        }
        finally
        {
            if (Directory.Exists(making))
            {
                Directory.Delete(making, recursive: true);
            }
        }
    }
}
