namespace EdgeMesh.Tests.Support;

/// <summary>A real agent process.</summary>
public static class AgentProcess
{
    /// <summary>Starts an agent; a device that joined before needs no token.</summary>
    public static ChildProcess Start(Uri orchestrator, string? token, string name, string dataDirectory, string? openAi = null, string? allowHosts = null, params string[] more)
    {
        List<string> arguments = ["run", "--orchestrator", orchestrator.ToString(), "--name", name, "--data", dataDirectory];
        if (token is not null)
        {
            arguments.AddRange(["--token", token]);
        }

        if (openAi is not null)
        {
            arguments.AddRange(["--openai", openAi]);
        }

        if (allowHosts is not null)
        {
            arguments.AddRange(["--allow-hosts", allowHosts]);
        }

        return ChildProcess.Start(BuiltPrograms.Agent, [.. arguments, .. more]);
    }

    /// <summary>Starts an agent with a fresh token and waits until it is online with its runtimes.</summary>
    public static async Task<ChildProcess> JoinAsync(DashboardProcess dashboard, string name, string dataDirectory, string? openAi = null, string? allowHosts = null)
    {
        var agent = Start(dashboard.Address, await dashboard.JoinTokenAsync(), name, dataDirectory, openAi, allowHosts);
        try
        {
            await dashboard.DeviceAsync(name, d => d.GetProperty("state").GetString() == "Online" && d.GetProperty("runtimes").GetArrayLength() > 0);
            return agent;
        }
        catch (TimeoutException e)
        {
            var output = agent.Output;
            await agent.DisposeAsync();
            throw new InvalidOperationException($"{e.Message} The agent printed:\n{output}", e);
        }
    }
}
