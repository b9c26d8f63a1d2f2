using System.CommandLine;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Discovery;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Service;

namespace EdgeMesh.Agent.Cli;

/// <summary><c>join</c>: with a token, or by asking; without either it lists the dashboards it finds.</summary>
internal static class JoinCommand
{
    public static Command Create()
    {
        var token = new Argument<string?>("token") { Description = "The join token from \"Add a device\", or - to type or pipe it. Without one: list the dashboards on this network.", Arity = ArgumentArity.ZeroOrOne };
        var orchestrator = new Option<string?>("--orchestrator") { Description = "Without a token: ask the dashboard at this address to be let in; somebody approves it there." };
        var (name, data) = (CommonOptions.Name(), CommonOptions.Data());
        var run = new Option<bool>("--run") { Description = "Then run the agent here until it is stopped." };
        var service = new Option<bool>("--service") { Description = "Then install it as a service, which survives logout and restart." };
        var join = new Command("join", "Makes this device one of a mesh.") { token, orchestrator, name, data, run, service };
        join.SetAction(async (parsed, cancellation) =>
        {
            var directory = CommonOptions.DataOf(parsed.GetValue(data));
            var text = CommonOptions.TokenOf(parsed.GetValue(token));
            if (text.Length == 0 && parsed.GetValue(token) is null && parsed.GetValue(orchestrator) is null)
            {
                return await ListAsync(cancellation);
            }

            var options = new AgentOptions(directory, CommonOptions.NameOf(parsed.GetValue(name)), [], null);
            var (dial, problem) = DialOptions.Read(parsed.GetValue(orchestrator), text, new DeviceCertificateStore(directory));
            if (dial is null)
            {
                await Console.Error.WriteLineAsync(problem);
                return AgentCommand.BadUsage;
            }

            var joined = await JoinAsync(dial, options, cancellation);
            return joined != 0 ? joined : await AfterAsync(options, parsed.GetValue(run), parsed.GetValue(service), cancellation);
        });
        return join;
    }

    private static async Task<int> JoinAsync(DialOptions dial, AgentOptions options, CancellationToken cancellationToken)
    {
        try
        {
            // Given back before the agent runs.
            using var key = DeviceKey.Open(options.DataDirectory);
            var result = await new Joiner(key, new DeviceCertificateStore(options.DataDirectory), options, TimeProvider.System, Console.Out).JoinAsync(dial, cancellationToken);
            if (result is { } problem)
            {
                await Console.Error.WriteLineAsync($"Not joined: {problem.Detail} {problem.Remedy}");
                return AgentCommand.Failed;
            }

            return 0;
        }
        catch (DeviceKeyException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return AgentCommand.Failed;
        }
    }

    private static async Task<int> AfterAsync(AgentOptions options, bool run, bool service, CancellationToken cancellationToken)
    {
        if (service && new ServiceHost().Kind != ServiceKind.None)
        {
            return await new ServiceInstaller(new ServiceHost(), options.DataDirectory, Console.Out).InstallAsync(cancellationToken);
        }

        if (run)
        {
            var (dial, _) = LastOrchestrator.Complete(null, "", new DeviceCertificateStore(options.DataDirectory), options.DataDirectory);
            return await RunCommand.RunAsync(new RunCommand.Settings(dial!, options.Name, options.DataDirectory), cancellationToken);
        }

        Console.WriteLine("Keep it running with: edgemesh-agent service install\nOr run it here:      edgemesh-agent run");
        return 0;
    }

    private static async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        var found = await new MeshBrowser(TimeProvider.System).BrowseAsync(null, cancellationToken);
        if (found.IsEmpty)
        {
            Console.WriteLine("No dashboard answers on this network. Is LAN access on there (Settings, or --lan)? Guest networks often keep devices apart; a join token works in any case.");
            return AgentCommand.Failed;
        }

        foreach (var orchestrator in found)
        {
            Console.WriteLine($"{orchestrator.Name}\n  {orchestrator.Urls[0].GetLeftPart(UriPartial.Authority)}  CA {orchestrator.Fingerprint[..Math.Min(16, orchestrator.Fingerprint.Length)]}…");
        }

        Console.WriteLine($"""
            Join with a token from "Add a device" there:  edgemesh-agent join -
            Or ask, and approve it there:                 edgemesh-agent join --orchestrator {found[0].Urls[0].GetLeftPart(UriPartial.Authority)}
            """);
        return 0;
    }
}
