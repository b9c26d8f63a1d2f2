namespace EdgeMesh.Agent.Configuration;

/// <summary>How an agent runs.</summary>
/// <param name="DataDirectory">Where its key is; one directory, one identity.</param>
/// <param name="Name">The name it proposes when it joins.</param>
/// <param name="OpenAiServers">OpenAI-compatible servers to use.</param>
/// <param name="OpenAiKey">Their keys as the OpenAI runtimes read them (environment variable EDGEMESH_OPENAI_KEY), or null.</param>
public sealed record AgentOptions(string DataDirectory, string Name, ImmutableArray<OpenAiAddress> OpenAiServers, string? OpenAiKey)
{
    /// <summary>Look for engines on their usual ports. Default: yes.</summary>
    public bool FindEngines { get; init; } = true;

    /// <summary>The port on which orchestrators may reach it directly; null (default): only through the tunnel that it dials.</summary>
    public int? ListenPort { get; init; }

    /// <summary>How long tasks may go on when the agent is stopped; then they end as lost. Default 5 s, 0 to 60 s.</summary>
    public TimeSpan FinishWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where its models are.</summary>
    public string ModelsDirectory => Path.Combine(DataDirectory, "models");

    /// <summary>Hosts that models may be fetched from although they are private, as <c>nas.local</c> or <c>192.168.1.5:8080</c>. Default: none.</summary>
    public ImmutableArray<string> AllowedHosts { get; init; } = [];

    /// <summary>Folders of this device, absolute, that models may be taken from. Default: none, and then no file of a person is read.</summary>
    public ImmutableArray<string> ModelFolders { get; init; } = [];
}
