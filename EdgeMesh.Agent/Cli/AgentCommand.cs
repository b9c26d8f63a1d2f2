using System.CommandLine;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Worker;

namespace EdgeMesh.Agent.Cli;

/// <summary>The command line of <c>edgemesh-agent</c>.</summary>
public static class AgentCommand
{
    private const int BadUsage = 2;

    /// <summary>Runs a command line; returns the exit code: 0 fine, 1 could not run, 2 bad usage.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args)
    {
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{string.Join(' ', parsed.Errors.Select(e => e.Message).Distinct())} See --help for what there is.");
            return BadUsage;
        }

        // Longer than the host takes to stop, so that a clean stop is told as one.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
    }

    private static RootCommand Create()
    {
        var orchestrator = new Option<string>("--orchestrator") { Description = "The dashboard's address, such as http://localhost:8080. Needed when neither a join token nor an earlier join tells it." };
        var token = new Option<string?>("--token") { Description = "A join token; needed the first time only (or environment variable EDGEMESH_TOKEN)." };
        var name = new Option<string?>("--name") { Description = "The name to propose for this device. Default: the machine's name." };
        var data = new Option<string?>("--data") { Description = "Where this device's key is kept. One directory, one device." };
        var openAi = new Option<string?>("--openai") { Description = "OpenAI-compatible servers to use, separated by commas." };
        var allow = new Option<string?>("--allow-hosts") { Description = "Private hosts that models may be fetched from, separated by commas (or environment variable EDGEMESH_ALLOWED_HOSTS)." };
        var run = new Command("run", "Links this device to a dashboard and runs its tasks until it is stopped.") { orchestrator, token, name, data, openAi, allow };
        run.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(orchestrator),
            parsed.GetValue(token) ?? Environment.GetEnvironmentVariable("EDGEMESH_TOKEN") ?? "",
            parsed.GetValue(name) ?? Environment.MachineName,
            parsed.GetValue(data) ?? DefaultDataDirectory,
            parsed.GetValue(openAi) ?? "",
            parsed.GetValue(allow) ?? Environment.GetEnvironmentVariable("EDGEMESH_ALLOWED_HOSTS") ?? "",
            cancellation));
        var pipe = new Argument<string>("pipe") { Description = "The pipe its agent made." };
        var worker = new Command("worker", "Runs models for an agent; started by the agent itself.") { pipe };
        worker.Hidden = true;
        worker.SetAction((parsed, cancellation) => WorkerCommand.RunAsync(parsed.GetValue(pipe)!, cancellation));
        return new RootCommand("EdgeMesh's agent: lets a dashboard run tasks on this device.") { run, QaiHub.QaiHubCommand.Create(), worker };
    }

    private static string DefaultDataDirectory => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "edgemesh-agent");

    private static async Task<int> RunAsync(string? address, string token, string name, string data, string openAi, string allow, CancellationToken cancellationToken)
    {
        DeviceCertificateStore store = new(Path.GetFullPath(data));
        var (dial, problem) = DialOptions.Read(address, token, store);
        if (dial is null)
        {
            await Console.Error.WriteLineAsync(problem);
            return BadUsage;
        }

        var urls = openAi.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (urls.FirstOrDefault(u => !Uri.TryCreate(u, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https")) is { } bad)
        {
            await Console.Error.WriteLineAsync($"--openai: {bad} is not an http or https address.");
            return BadUsage;
        }

        try
        {
            using var key = DeviceKey.Open(Path.GetFullPath(data));
            var options = new AgentOptions(Path.GetFullPath(data), name, [.. urls.Select(u => new Uri(u))], Environment.GetEnvironmentVariable("EDGEMESH_OPENAI_KEY"))
            {
                AllowedHosts = [.. allow.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
            };
            await using var app = AgentHost.Build(options, services => services
                .AddSingleton(key).AddSingleton(dial).AddSingleton(store).AddSingleton<Enroller>().AddSingleton<MeshCredentials>().AddHostedService<Dialler>()
                .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2)));
            Console.WriteLine($"EdgeMesh agent {AgentVersion.Current}: {name} ({key.Id.Short}), data in {options.DataDirectory}");
            await app.StartAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await app.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception e) when (e is DeviceKeyException or ModelStoreException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
