using System.CommandLine;
using EdgeMesh.Agent.Worker;

namespace EdgeMesh.Agent.Cli;

/// <summary>The command line of <c>edgemesh-agent</c>.</summary>
public static class AgentCommand
{
    internal const int Failed = 1;
    internal const int BadUsage = 2;

    /// <summary>Runs a command line; returns the exit code: 0 fine, 1 could not or something is wrong, 2 bad usage.</summary>
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
        var pipe = new Argument<string>("pipe") { Description = "The pipe its agent made." };
        var worker = new Command("worker", "Runs models for an agent; started by the agent itself.") { pipe };
        worker.Hidden = true;
        worker.SetAction((parsed, cancellation) => WorkerCommand.RunAsync(parsed.GetValue(pipe)!, cancellation));
        return new RootCommand("EdgeMesh's agent: lets a dashboard run tasks on this device.")
        {
            RunCommand.Create(), JoinCommand.Create(), StatusCommand.Create(), DoctorCommand.Create(), ServiceCommand.Create(), QaiHub.QaiHubCommand.Create(), worker,
        };
    }
}
