namespace EdgeMesh.Agent.Service;

/// <summary>Carries a plan out and says in words how it went; the exit code is 0 when it is as asked.</summary>
public sealed class ServiceInstaller(IServiceHost host, string data, TextWriter says)
{
    private const string NoService = "This system has no service manager that is known here (systemd, launchd, Windows services, Termux). Keep it running yourself: edgemesh-agent run";

    private ServicePlan? Plan => ServicePlans.For(host.Kind, host.Describe(data));

    public async Task<int> InstallAsync(CancellationToken cancellationToken)
    {
        if (Plan is not { } plan)
        {
            return await FailAsync(NoService);
        }

        try
        {
            foreach (var file in plan.Files)
            {
                host.Write(file);
                await says.WriteLineAsync($"Wrote {file.Path}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync($"The service could not be installed: {e.Message} {plan.Note}");
        }

        foreach (var step in plan.Install)
        {
            var (code, output) = await host.RunAsync(step.Command, cancellationToken);
            if (code != 0 && !step.MayFail)
            {
                return await FailAsync($"\"{step}\" failed: {output} {plan.Note}");
            }
        }

        await says.WriteLineAsync($"The agent runs as a service now and survives logout and restart. Its log: {plan.Logs}\n{plan.Note}".TrimEnd());
        return 0;
    }

    public async Task<int> UninstallAsync(CancellationToken cancellationToken)
    {
        if (Plan is not { } plan)
        {
            return await FailAsync(NoService);
        }

        foreach (var step in plan.Uninstall)
        {
            await host.RunAsync(step.Command, cancellationToken);
        }

        try
        {
            foreach (var path in plan.Files.Select(f => f.Path).Where(host.Remove))
            {
                await says.WriteLineAsync($"Removed {path}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync($"The service could not be removed: {e.Message} {plan.Note}");
        }

        await says.WriteLineAsync("The agent is no service any more. Its key stays, so it is the same device when it comes back.");
        return 0;
    }

    /// <summary>0 running, 3 not running (as systemd's), 4 not installed.</summary>
    public async Task<int> StatusAsync(CancellationToken cancellationToken)
    {
        var (code, words) = await AskAsync(cancellationToken);
        await says.WriteLineAsync(words);
        return code;
    }

    /// <summary>The same, silently.</summary>
    public async Task<(int Code, string Words)> AskAsync(CancellationToken cancellationToken)
    {
        if (Plan is not { } plan)
        {
            return (4, NoService);
        }

        if (plan.Files.FirstOrDefault(f => !host.Exists(f.Path)) is not null)
        {
            return (4, "The agent is not installed as a service. Install it: edgemesh-agent service install");
        }

        var (code, output) = await host.RunAsync(plan.Status.Command, cancellationToken);
        var runs = code == 0 && (plan.Kind != ServiceKind.Windows || output.Contains("RUNNING", StringComparison.Ordinal));
        return runs ? (0, $"The service runs. Its log: {plan.Logs}") : (3, $"The service is installed and does not run. Its log: {plan.Logs}");
    }

    private async Task<int> FailAsync(string words)
    {
        await says.WriteLineAsync(words.TrimEnd());
        return 1;
    }
}
