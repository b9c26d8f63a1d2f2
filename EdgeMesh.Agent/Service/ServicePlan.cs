namespace EdgeMesh.Agent.Service;

/// <summary>What keeps programs running on a system.</summary>
public enum ServiceKind
{
    /// <summary>systemd for the whole machine (as root).</summary>
    SystemdSystem,

    /// <summary>systemd for one user, lingering so that it survives the logout.</summary>
    SystemdUser,

    /// <summary>macOS, for one user.</summary>
    LaunchAgent,

    /// <summary>macOS, for the whole machine (as root).</summary>
    LaunchDaemon,

    /// <summary>A Windows service.</summary>
    Windows,

    /// <summary>Android: the Termux:Boot app.</summary>
    Termux,

    /// <summary>Nothing that is known here.</summary>
    None,
}

/// <summary>What is to be kept running.</summary>
/// <param name="Program">The program and what makes it this one: a native program alone, or <c>dotnet</c> and a dll. Absolute paths.</param>
/// <param name="Data">The device's data directory, absolute.</param>
/// <param name="Home">The user's home directory.</param>
/// <param name="User">The user's name.</param>
/// <param name="UserId">The user's number; 0 is root.</param>
public sealed record ServiceSpec(ImmutableArray<string> Program, string Data, string Home, string User, int UserId)
{
    /// <summary>The service's name everywhere.</summary>
    public const string Name = "edgemesh-agent";

    public ImmutableArray<string> CommandLine => [.. Program, "run", "--data", Data];
}

/// <param name="IsProgram">It must be executable.</param>
public sealed record ServiceFile(string Path, string Text, bool IsProgram = false);

/// <summary>A program to start with its arguments.</summary>
/// <param name="MayFail">Its failure does not matter, as of stopping what does not run.</param>
public sealed record ServiceStep(ImmutableArray<string> Command, bool MayFail = false)
{
    public override string ToString() => string.Join(' ', Command.Select(c => c.Contains(' ', StringComparison.Ordinal) ? $"\"{c}\"" : c));
}

/// <summary>How the agent becomes a service on one kind of system: files, then steps; and how it stops being one.</summary>
/// <param name="Status">Exits with 0 when it runs.</param>
/// <param name="Note">What a person has to know or do besides; empty when nothing.</param>
public sealed record ServicePlan(
    ServiceKind Kind, ImmutableArray<ServiceFile> Files, ImmutableArray<ServiceStep> Install, ImmutableArray<ServiceStep> Uninstall, ServiceStep Status, string Logs, string Note = "");
