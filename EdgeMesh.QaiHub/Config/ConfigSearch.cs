namespace EdgeMesh.QaiHub.Config;

/// <summary>What a search for the configuration found.</summary>
/// <param name="Config">The first usable one, or null.</param>
/// <param name="Problem">Why there is none, or null.</param>
/// <param name="Looked">Every place looked at, in order, with what was there.</param>
public sealed record ConfigSearch(QaiHubConfig? Config, QaiHubException? Problem, ImmutableArray<string> Looked)
{
    /// <summary>The configuration, or the reason there is none.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.NotConfigured"/> or <see cref="HubFailure.BadConfig"/>.</exception>
    public QaiHubConfig Require() => Config ?? throw Problem!;
}
