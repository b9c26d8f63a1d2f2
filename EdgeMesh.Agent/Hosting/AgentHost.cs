using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.OpenAi;
using EdgeMesh.Agent.Runtimes.Summariser;
using EdgeMesh.Agent.Runtimes.BuiltInTasks;
using EdgeMesh.Agent.Tasks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EdgeMesh.Agent.Hosting;

/// <summary>Builds the agent's small web host: gRPC over links only, no port.</summary>
public static class AgentHost
{
    private const int LargestMessage = 80 * 1024 * 1024;

    /// <summary>An agent that serves on the given links; <paramref name="more"/> adds what dials.</summary>
    public static WebApplication Build(AgentOptions options, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "edgemesh-agent", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<LinkListener>();
        services.AddSingleton<Microsoft.AspNetCore.Connections.IConnectionListenerFactory>(s => s.GetRequiredService<LinkListener>());
        services.AddFingerprint().AddSingleton<DeviceFacts>();
        services.AddSingleton<RuntimeCatalog>().AddHostedService(s => s.GetRequiredService<RuntimeCatalog>());
        services.AddSingleton(new TaskLimits()).AddSingleton<TaskExecutor>().AddSingleton<DeviceServiceImpl>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRuntime, SummariserRuntime>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRuntime, SystemRuntime>());
        foreach (var url in options.OpenAiUrls)
        {
            services.AddSingleton<IRuntime>(new OpenAiRuntime(url, options.OpenAiKey, SkillRules.Load(options.DataDirectory), TimeProvider.System));
        }

        services.AddRoutingCore();
        services.AddGrpc(o => (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (LargestMessage, LargestMessage));
        more?.Invoke(services);
        builder.WebHost.UseKestrelCore().ConfigureKestrel((context, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 2_000;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
            kestrel.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
            kestrel.Listen(kestrel.ApplicationServices.GetRequiredService<LinkListener>().EndPoint, o => o.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapGrpcService<DeviceServiceImpl>();
        return app;
    }
}
