using System.CommandLine;
using EdgeMesh.Agent.Inference;
using EdgeMesh.Agent.Worker.Sandbox;

namespace EdgeMesh.Agent.Cli;

/// <summary>The command line of <c>edgemesh-agent</c>.</summary>
public static class AgentCommand
{
    internal const string WorkerName = "worker";
    internal const int Failed = 1;
    internal const int BadUsage = 2;

    /// <summary>Runs a command line; returns the exit code: 0 fine, 1 could not or something is wrong, 2 bad usage.</summary>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is [WorkerName, ..])
        {
            // On the main thread, before anything else.
            WorkerSandbox.Enter(args);
        }

        var parsed = Create(args).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"{string.Join(' ', parsed.Errors.Select(e => e.Message).Distinct())} See --help for what there is.");
            return BadUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = EndsWithin(args) });
    }

    // Longer than the host takes to stop, so that a clean stop is told as one. A worker ends with its agent only: Ctrl+C in a terminal and systemd's SIGTERM reach it too, while its
    // agent lets its task finish.
    private static TimeSpan? EndsWithin(IReadOnlyList<string> args) => args switch
    {
        [WorkerName, ..] => null,
        ["run", ..] => TimeSpan.FromSeconds(RunCommand.MostFinishSeconds + 10),
        _ => TimeSpan.FromSeconds(10),
    };

    private static RootCommand Create(IReadOnlyList<string> args)
    {
        var pipe = new Argument<string>("pipe") { Description = "The pipe its agent made." };
        var worker = new Command(WorkerName, "Runs models for an agent; started by the agent itself.") { pipe };
        (worker.Hidden, worker.TreatUnmatchedTokensAsErrors) = (true, false);
        worker.SetAction((parsed, cancellation) => WorkerCommand.RunAsync(parsed.GetValue(pipe)!, args, cancellation));
        return new RootCommand("EdgeMesh's agent: lets a dashboard run tasks on this device.")
        {
            RunCommand.Create(), JoinCommand.Create(), StatusCommand.Create(), DoctorCommand.Create(), ServiceCommand.Create(), QaiHub.QaiHubCommand.Create(), worker,
        };
    }
}
