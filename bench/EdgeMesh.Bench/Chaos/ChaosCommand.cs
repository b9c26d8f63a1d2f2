using System.CommandLine;
using System.Globalization;

namespace EdgeMesh.Bench.Chaos;

/// <summary><c>chaos</c>: real processes under work that can be checked word by word, while they are killed, stopped, frozen and cut off (docs/reliability.md).</summary>
internal static class ChaosCommand
{
    public static Command Create()
    {
        var faults = Enum.GetValues<Fault>().ToDictionary(f => f, f => Number($"--{Dashed(f)}", 0, $"How many times: {Words(f)}"));
        var seed = new Option<int?>("--seed") { Description = "Of faults and work. [default: a random one; it is printed]" };
        var agents = Number("--agents", 3, "Agents as processes of their own.");
        var embedded = new Option<bool>("--embedded") { Description = "The dashboard runs its embedded device too. It finds the engine at llama.cpp's port, 8080, which must be free." };
        var clients = Number("--clients", 8, "How many send jobs, each one after another.");
        var calm = new Option<double>("--calm") { Description = "Seconds of work without faults before the first and after the last.", DefaultValueFactory = _ => 10 };
        var logs = new Option<string?>("--logs") { Description = "A folder to keep what every process printed. [default: kept only when something was wrong]" };
        var command = new Command("chaos", "Kills, stops, freezes and cuts real processes under checked work, and counts what was lost, failed or doubled. Exits with 1 when any was.") { seed, agents, embedded, clients, calm, logs };
        foreach (var option in faults.Values)
        {
            command.Add(option);
        }

        command.SetAction((given, cancellation) => ChaosRun.RunAsync(
            new ChaosOptions(
                given.GetValue(seed) ?? Random.Shared.Next(), given.GetValue(agents), given.GetValue(embedded), given.GetValue(clients), given.GetValue(calm), given.GetValue(logs),
                faults.ToImmutableSortedDictionary(f => f.Key, f => given.GetValue(f.Value))),
            cancellation));
        return command;
    }

    /// <summary>A fault as the command line writes it.</summary>
    public static string Dashed(Fault fault) => fault switch
    {
        Fault.KillDashboard => "kill-dashboard",
        Fault.StopDashboard => "stop-dashboard",
        Fault.KillAgents => "kill-agents",
        Fault.StopAgents => "stop-agents",
        _ => fault.ToString().ToLower(CultureInfo.InvariantCulture),
    };

    private static string Words(Fault fault) => fault switch
    {
        Fault.KillDashboard => "SIGKILL of the dashboard at a random instant, started again at once.",
        Fault.StopDashboard => "SIGTERM of the dashboard, started again when it has ended.",
        Fault.Cut => "the link of an agent is reset, or silent, for 0.1 to 20 s.",
        Fault.Freeze => "SIGSTOP of an agent for 0.5 to 20 s.",
        Fault.KillAgents => "SIGKILL of an agent, started again at once.",
        Fault.StopAgents => "SIGTERM of an agent, started again when it has ended.",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    private static Option<int> Number(string name, int usual, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 10_000)
            {
                result.AddError($"{name}: a number from 0 to 10,000.");
            }
        });
        return option;
    }
}
