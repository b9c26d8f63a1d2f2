using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;

namespace EdgeMesh.Agent.Link;

/// <summary>
/// Keeps a dialler for each mesh that this device belongs to: the one that it was started for, and every one that is in its store. A mesh that another
/// process joins or leaves meanwhile (<c>edgemesh-agent join</c>) is noticed within <see cref="Look"/>.
/// </summary>
public sealed class MeshDiallers(
    DialOptions asked, DeviceKey key, AgentOptions agent, LinkListener listener, DeviceCertificateStore store, Enroller enroller, RenewalSignal renewal, AgentStop stop, TimeProvider time)
    : BackgroundService
{
    /// <summary>How often the store is looked at.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Dialler> _byMesh = [];
    private readonly LinkClaims _claims = new();
    private string? _said;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var first = Create(asked);
        await first.StartAsync(stoppingToken);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await LookAsync(first.OrchestratorId, stoppingToken);
                await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await Task.WhenAll(_byMesh.Values.Append(first).Select(StopAsync));
        }
    }

    // A folder that cannot be read now (too many open files, say) ends no link.
    private async Task LookAsync(string? taken, CancellationToken stopping)
    {
        try
        {
            await FollowStoreAsync(taken, stopping);
            _said = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_said != e.Message)
            {
                _said = e.Message;
                Console.WriteLine($"The meshes of this device cannot be looked at: {e.Message} Its links go on; it is tried again.");
            }
        }
    }

    private static async Task StopAsync(Dialler dialler)
    {
        await dialler.StopAsync(CancellationToken.None);
        dialler.Dispose();
    }

    /// <param name="taken">The mesh that the first dialler turned out to talk to; it is not dialled twice.</param>
    private async Task FollowStoreAsync(string? taken, CancellationToken stopping)
    {
        var wanted = store.All().Select(m => m.OrchestratorId).Where(id => id != taken).ToHashSet();
        foreach (var (id, dialler) in _byMesh.Where(d => !wanted.Contains(d.Key)).ToList())
        {
            _byMesh.Remove(id);
            await StopAsync(dialler);
        }

        foreach (var id in wanted.Where(id => !_byMesh.ContainsKey(id)))
        {
            var dialler = Create(new DialOptions([], "", null, id));
            _byMesh[id] = dialler;
            await dialler.StartAsync(stopping);
        }
    }

    private Dialler Create(DialOptions options) => new(options, key, agent, listener, new MeshCredentials(options, store, enroller, time), store, renewal, _claims, stop, time);
}
