using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Connections;
using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Discovery;
using EdgeMesh.Agent.Runtimes.Onnx;
using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Agent.Runtimes.BuiltInTasks;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Agent.Tasks.Kept;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Agent.Hosting;

/// <summary>Builds the agent's small web host: gRPC over links only, no port.</summary>
public static class AgentHost
{
    /// <summary>An agent that serves on the given links; <paramref name="more"/> adds what dials.</summary>
    public static WebApplication Build(AgentOptions options, Action<IServiceCollection>? more = null)
    {
        var builder = LinkServer.CreateBuilder("edgemesh-agent");
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddFingerprint().AddSingleton<DeviceFacts>();
        services.AddSingleton<RuntimeCatalog>().AddHostedService(s => s.GetRequiredService<RuntimeCatalog>());
        services.AddSingleton<Enrolment.RenewalSignal>().AddSingleton<DirectEndpoint>();
        if (options.ListenPort is { } port)
        {
            // An orchestrator has one connection, its browsers none.
            services.AddSingleton<RefusalLog>().AddSingleton(new ConnectionLimits { PerNetwork = 16, All = 128, Loopback = 64 });
            services.AddSingleton<IConnectionListenerFactory, LimitedListenerFactory>();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ApplicationServices.GetRequiredService<DirectListener>().Configure(kestrel, port));
        }

        services.AddSingleton(new TaskLimits()).AddSingleton<TaskExecutor>().AddSingleton(s => new Epochs(s.GetRequiredService<TimeProvider>(), options.DataDirectory)).AddSingleton<AttemptStreams>()
            .AddSingleton<AgentStop>().AddHostedService<OrderlyStop>().AddHostedService<AttemptFiles>().AddSingleton<DeviceServiceImpl>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRuntime, SummariserRuntime>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRuntime, SystemRuntime>());
        services.AddOnnx().AddEngines(options).AddModels(options);
        more?.Invoke(services);
        var app = builder.Build();
        app.MapGrpcService<DeviceServiceImpl>();
        return app;
    }
}
