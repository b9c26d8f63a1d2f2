using System.Net.WebSockets;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>Where agents dial in.</summary>
public static class GatewaySetup
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);

    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // Before anything starts: later there would be much to stop, and to read.
        OrchestratorKey.Check(builder.Configuration.GetSection(DashboardOptions.Section).Get<DashboardOptions>()!);
        services.AddSingleton<DirectPath>().AddSingleton(s => new DirectConnector(
            s.GetRequiredService<MeshAuthority>(), s.GetRequiredService<ServerCertificate>(), s.GetRequiredService<OrchestratorKey>()));
        services.AddSingleton<EmbeddedIdentity>().AddSingleton<LinkGateway>().AddSingleton<IDeviceLinks>(s => s.GetRequiredService<LinkGateway>());
        services.AddEnrolment().AddSingleton<LinkHandshake>().AddSingleton<HandshakeSlots>();
        return builder;
    }

    public static void MapAgentLink(this WebApplication app)
    {
        app.MapGet("/agent/link", AcceptAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapEnrolment();
    }

    private static async Task AcceptAsync(HttpContext context, LinkHandshake handshake, LinkGateway gateway, HandshakeSlots slots, IHostApplicationLifetime lifetime)
    {
        // A browser always sends Origin, an agent never: no page may open a link.
        if (!context.WebSockets.IsWebSocketRequest || context.Request.Headers.Origin.Count > 0)
        {
            await ProblemResults.WriteAsync(context, StatusCodes.Status400BadRequest, new Problem(
                "agents_only", "This address is for EdgeMesh agents.", "Agents open a WebSocket here; a browser's page may not.", "Start an agent with --orchestrator and the dashboard's address."));
            return;
        }

        var from = PeerNetwork.Of(context.Connection.RemoteIpAddress);
        if (!slots.TryEnter(from))
        {
            await ProblemResults.BusyAsync(context, "Too many agents of this address prove themselves at once.");
            return;
        }

        WebSocket? socket = null;
        DeviceId? device = null;
        try
        {
            socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15) });
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            limit.CancelAfter(HandshakeLimit);
            device = await handshake.RunAsync(socket, LinkPeer.Of(context), limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or InvalidDataException or OperationCanceledException)
        {
            socket?.Abort();
        }
        finally
        {
            slots.Leave(from);
        }

        using var over = socket;
        if (socket is not null && device is { } id)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
            await gateway.RunAsync(id, LinkKind.Tunnel, LinkPeer.Of(context).Address, stream, ended.Token);
            socket.Abort();
        }
    }
}
