using EdgeMesh.Core.Contracts;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Bench.Echo;

/// <summary>The baseline: a unary gRPC call over loopback TCP to a service that answers at once.</summary>
internal sealed class PlainGrpc : IAsyncDisposable
{
    private static readonly CancelRequest Request = new() { JobId = "job", TaskId = "t1", Attempt = 1 };
    private readonly WebApplication _server;
    private readonly GrpcChannel _channel;
    private readonly DeviceService.DeviceServiceClient _client;

    private PlainGrpc(WebApplication server)
    {
        _server = server;
        _channel = GrpcChannel.ForAddress(server.Urls.First());
        _client = new DeviceService.DeviceServiceClient(_channel);
    }

    public static async Task<PlainGrpc> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(k => k.ConfigureEndpointDefaults(e => e.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<Service>();
        await app.StartAsync(cancellationToken);
        return new PlainGrpc(app);
    }

    public async Task CallAsync() => await _client.CancelTaskAsync(Request);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    private sealed class Service : DeviceService.DeviceServiceBase
    {
        public override Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) => Task.FromResult(new CancelReply { Known = true });
    }
}
