using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EdgeMesh.Agent.Link;

/// <summary>A small web host that serves gRPC over given connections only: no port, no configuration files.</summary>
public static class LinkServer
{
    private const int LargestMessage = 80 * 1024 * 1024;

    /// <summary>A builder whose only endpoint is its <see cref="LinkListener"/>; gRPC services are mapped by the caller.</summary>
    public static WebApplicationBuilder CreateBuilder(string name)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = name, ContentRootPath = AppContext.BaseDirectory });
        // A link that breaks is said in one line by who dialled it, not with Kestrel's stack traces.
        builder.Logging.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System).AddSingleton<LinkListener>();
        services.AddSingleton<IConnectionListenerFactory>(s => s.GetRequiredService<LinkListener>());
        services.AddRoutingCore();
        services.AddGrpc(o => (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (LargestMessage, LargestMessage));
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
        return builder;
    }
}
