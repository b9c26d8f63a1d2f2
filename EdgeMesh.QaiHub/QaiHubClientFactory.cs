using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Http;

namespace EdgeMesh.QaiHub;

/// <inheritdoc/>
public sealed class QaiHubClientFactory(TimeProvider time, HubTimings? timings = null) : IQaiHubClientFactory, IDisposable
{
    private readonly HubTransport _transport = new(timings ?? new HubTimings(), time);

    /// <inheritdoc/>
    public IQaiHubClient Create(QaiHubConfig config)
    {
        ConfigRules.Check(config);
        return new QaiHubClient(config, _transport);
    }

    /// <summary>A doctor over the same connections.</summary>
    public IHubDoctor CreateDoctor() => new HubDoctor(_transport);

    public void Dispose() => _transport.Dispose();
}
