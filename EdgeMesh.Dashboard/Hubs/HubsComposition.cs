using EdgeMesh.Dashboard.Api;
using Microsoft.AspNetCore.Http.Connections;

namespace EdgeMesh.Dashboard.Hubs;

/// <summary>The SignalR hub.</summary>
public static class HubsComposition
{
    public static WebApplicationBuilder AddHubs(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSignalR().AddJsonProtocol(o => ApiJson.Configure(o.PayloadSerializerOptions));
        return builder;
    }

    public static WebApplication MapHubs(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Only transports whose connection is one open request: it is cut when its key is deleted. Long polling is many.
        app.MapHub<MeshHub>("/hubs/mesh", o => o.Transports = HttpTransportType.WebSockets | HttpTransportType.ServerSentEvents);
        return app;
    }
}
