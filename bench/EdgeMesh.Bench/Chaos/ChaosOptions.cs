namespace EdgeMesh.Bench.Chaos;

/// <summary>What one chaos run does.</summary>
/// <param name="Seed">Of the faults and of the work: the same seed makes the same ones in the same order. When they meet is up to the machine.</param>
/// <param name="Agents">Agents as processes of their own, each behind a relay.</param>
/// <param name="Embedded">Whether the dashboard runs its embedded device too.</param>
/// <param name="Clients">How many send jobs, each one after another.</param>
/// <param name="Calm">Seconds of work without faults, before the first and after the last.</param>
/// <param name="Logs">A folder to keep what the processes printed; null keeps it only when something was wrong.</param>
/// <param name="Faults">How many of each.</param>
internal sealed record ChaosOptions(int Seed, int Agents, bool Embedded, int Clients, double Calm, string? Logs, ImmutableSortedDictionary<Fault, int> Faults);

/// <summary>What is done to a process, or to the way to it.</summary>
internal enum Fault
{
    /// <summary>SIGKILL of the dashboard, started again at once on the same data.</summary>
    KillDashboard,

    /// <summary>SIGTERM of the dashboard, started again when it has ended.</summary>
    StopDashboard,

    /// <summary>The way from an agent to the dashboard is reset, or silent, for 0.1 to 20 s.</summary>
    Cut,

    /// <summary>SIGSTOP of an agent for 0.5 to 20 s.</summary>
    Freeze,

    /// <summary>SIGKILL of an agent, started again at once on the same data.</summary>
    KillAgents,

    /// <summary>SIGTERM of an agent, started again when it has ended.</summary>
    StopAgents,
}
