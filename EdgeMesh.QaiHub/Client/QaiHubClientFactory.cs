using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Http;

namespace EdgeMesh.QaiHub.Client;

/// <inheritdoc/>
public sealed class QaiHubClientFactory : IQaiHubClientFactory, IDisposable
{
    private readonly HubTransport _transport;

    public QaiHubClientFactory(TimeProvider time, HubTimings? timings = null)
        : this(new HubTransport(timings ?? new HubTimings(), time))
    {
    }

    internal QaiHubClientFactory(HubTransport transport) => _transport = transport;

    /// <inheritdoc/>
    public IQaiHubClient Create(QaiHubConfig config, Action<HubSource>? heard = null)
    {
        ConfigRules.Check(config);
        return new QaiHubClient(config, _transport, heard);
    }

    /// <summary>A doctor over the same connections.</summary>
    public IHubDoctor CreateDoctor() => new HubDoctor(_transport);

    public void Dispose() => _transport.Dispose();
}
