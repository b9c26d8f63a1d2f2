using EdgeMesh.Agent.Configuration;
using System.CommandLine;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Service;

namespace EdgeMesh.Agent.Cli;

/// <summary><c>run</c>: the agent itself.</summary>
internal static class RunCommand
{
    /// <summary>Longest time that tasks may be given to finish.</summary>
    internal const int MostFinishSeconds = 60;

    private const string FoldersVariable = "EDGEMESH_MODELS_FROM";

    // For runtimes that give up, readers that read, and links that close.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(4);

    /// <param name="Dial">Where to, and with what.</param>
    /// <param name="OpenAi">Addresses, separated by commas.</param>
    /// <param name="Allow">Hosts, separated by commas.</param>
    /// <param name="ModelsFrom">Folders that models may be taken from, absolute.</param>
    /// <param name="FinishSeconds">How long tasks may go on when it is stopped.</param>
    /// <param name="Listen">The port on which orchestrators may reach it directly; null: none.</param>
    internal sealed record Settings(DialOptions Dial, string Name, string Data, string OpenAi = "", string Allow = "", int? Listen = null, ImmutableArray<string> ModelsFrom = default, double FinishSeconds = 5);

    public static Command Create()
    {
        var (orchestrator, token, name, data) = (CommonOptions.Orchestrator(), CommonOptions.Token(), CommonOptions.Name(), CommonOptions.Data());
        var openAi = new Option<string?>("--openai") { Description = "OpenAI-compatible servers to use, separated by commas." };
        var allow = new Option<string?>("--allow-hosts") { Description = "Private hosts that models may be fetched from, separated by commas (or environment variable EDGEMESH_ALLOWED_HOSTS)." };
        var from = new Option<string[]>("--models-from")
        {
            Description = "A folder that dashboards may take models from; again for more (or environment variable EDGEMESH_MODELS_FROM, separated like PATH). No other files are read.",
            HelpName = "DIR",
        };
        var listen = new Option<int?>("--listen")
        {
            Description = $"Let the dashboards of this device's meshes reach it directly too, on this port or the next free one (both sides show certificates). [default when given alone: {DirectListener.DefaultPort}]",
            HelpName = "PORT",
            Arity = ArgumentArity.ZeroOrOne,
        };
        listen.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 65535)
            {
                result.AddError("--listen: a port is 1 to 65535.");
            }
        });
        var finish = new Option<double>("--finish-within")
        {
            Description = "Seconds that tasks may go on when the agent is stopped, 0 to 60; then they are handed back.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => new AgentOptions("", "", [], null).FinishWithin.TotalSeconds,
        };
        finish.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<double>() is not (>= 0 and <= MostFinishSeconds))
            {
                result.AddError($"--finish-within: 0 to {MostFinishSeconds} seconds.");
            }
        });
        var run = new Command("run", "Links this device to a dashboard and runs its tasks until it is stopped.") { orchestrator, token, name, data, openAi, allow, from, listen, finish };
        run.SetAction(async (parsed, cancellation) =>
        {
            var directory = CommonOptions.DataOf(parsed.GetValue(data));
            var (dial, problem) = LastOrchestrator.Complete(parsed.GetValue(orchestrator), CommonOptions.TokenOf(parsed.GetValue(token)), new DeviceCertificateStore(directory), directory);
            if (dial is null)
            {
                await Console.Error.WriteLineAsync(problem);
                return AgentCommand.BadUsage;
            }

            var (folders, wrong) = Folders(parsed.GetValue(from));
            if (wrong is not null)
            {
                await Console.Error.WriteLineAsync(wrong);
                return AgentCommand.BadUsage;
            }

            return await RunAsync(
                new Settings(
                    dial, CommonOptions.NameOf(parsed.GetValue(name)), directory, parsed.GetValue(openAi) ?? "",
                    parsed.GetValue(allow) ?? Environment.GetEnvironmentVariable("EDGEMESH_ALLOWED_HOSTS") ?? "",
                    parsed.GetResult(listen) is { } asked ? asked.GetValueOrDefault<int?>() ?? DirectListener.DefaultPort : null,
                    folders, parsed.GetValue(finish)),
                cancellation);
        });
        return run;
    }

    public static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        var urls = Parts(settings.OpenAi);
        var servers = urls.Select(OpenAiAddress.Parse).ToList();
        if (servers.IndexOf(null) is >= 0 and var at)
        {
            await Console.Error.WriteLineAsync($"--openai: {Shown(urls[at])} is not an http or https address.");
            return AgentCommand.BadUsage;
        }

        try
        {
            using var key = DeviceKey.Open(settings.Data);
            var options = new AgentOptions(settings.Data, settings.Name, [.. servers.OfType<OpenAiAddress>()], Environment.GetEnvironmentVariable("EDGEMESH_OPENAI_KEY"))
            {
                AllowedHosts = [.. Parts(settings.Allow)],
                ListenPort = settings.Listen,
                FinishWithin = TimeSpan.FromSeconds(settings.FinishSeconds),
                ModelFolders = settings.ModelsFrom.IsDefault ? [] : settings.ModelsFrom,
            };
            await using var app = AgentHost.Build(options, services => services
                .AddSingleton(key).AddSingleton(settings.Dial).AddSingleton(new DeviceCertificateStore(settings.Data)).AddSingleton<Enroller>().AddSingleton<DirectListener>()
                .AddHostedService<MeshDiallers>().AddWindowsService(o => o.ServiceName = ServiceSpec.Name).Configure<HostOptions>(o => o.ShutdownTimeout = options.FinishWithin + StopWithin));
            Console.WriteLine($"EdgeMesh agent {AgentVersion.Current}: {settings.Name} ({key.Id.Short}), data in {settings.Data}");
            await app.StartAsync(cancellationToken);
            foreach (var folder in options.ModelFolders)
            {
                Console.WriteLine($"Models may be taken from {folder}{(Directory.Exists(folder) ? "" : " (there is no such folder now)")}");
            }

            if (app.Services.GetRequiredService<DirectEndpoint>() is { Port: > 0 } direct)
            {
                Console.WriteLine($"Listens on {string.Join(' ', direct.Addresses())}");
            }

            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (e is DeviceKeyException or ModelStoreException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return AgentCommand.Failed;
        }
    }

    // A service has its options in its environment.
    private static (ImmutableArray<string> Folders, string? Problem) Folders(string[]? given) => given is { Length: > 0 }
        ? FolderNames.Read(given, "--models-from", Environment.CurrentDirectory)
        : FolderNames.Read((Environment.GetEnvironmentVariable(FoldersVariable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), FoldersVariable, Environment.CurrentDirectory);

    // What stands before an @ may be a password.
    private static string Shown(string url) => url[(url.LastIndexOf('@') + 1)..];

    private static string[] Parts(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
