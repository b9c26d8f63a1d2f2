using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Hosting;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// A cluster of this one process that nobody can reach: Orleans takes its connections from factories of ours, which open no socket. Its own ones listen on loopback
/// and ask a caller for no proof, so every user of the machine could give orders and join as another silo.
/// </summary>
internal static class PortlessSilo
{
    // Part of the silo's name only: nothing listens there, and two dashboards may have the same.
    private const int NominalPort = 11111;

    /// <summary>Localhost clustering without a gateway and without a listening silo.</summary>
    /// <exception cref="Configuration.StartupException">This version of Orleans takes its connections another way, so a port might open.</exception>
    public static ISiloBuilder UsePortlessClustering(this ISiloBuilder silo, string clusterId)
    {
        silo.UseLocalhostClustering(NominalPort, gatewayPort: 0, new IPEndPoint(IPAddress.Loopback, NominalPort), clusterId, clusterId);
        Replace<IConnectionListenerFactory>(silo.Services, new SilentListenerFactory());
        Replace<IConnectionFactory>(silo.Services, new NoConnectionFactory());
        return silo;
    }

    // The keys are objects that Orleans keeps to itself: they are taken from what it registered.
    private static void Replace<T>(IServiceCollection services, T mine)
        where T : class
    {
        var theirs = services.Where(d => d.IsKeyedService && d.ServiceType == typeof(T)).ToList();
        if (theirs.Count == 0)
        {
            throw new Configuration.StartupException($"This version of Orleans registers no {typeof(T).Name}, so it could open a port. It is not started.");
        }

        foreach (var descriptor in theirs)
        {
            services.Remove(descriptor);
            services.AddKeyedSingleton(descriptor.ServiceKey, mine);
        }
    }

    private sealed class SilentListenerFactory : IConnectionListenerFactory
    {
        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(new SilentListener(endpoint));
    }

    /// <summary>Nobody ever comes; accepting ends when it is unbound.</summary>
    private sealed class SilentListener(EndPoint endpoint) : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => await _unbound.Task.WaitAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    private sealed class NoConnectionFactory : IConnectionFactory
    {
        public ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<ConnectionContext>(new IOException($"This orchestrator is one process; it connects to no other silo ({endpoint})."));
    }
}
