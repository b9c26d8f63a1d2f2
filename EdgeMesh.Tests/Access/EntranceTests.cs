using System.Net;
using System.Net.Security;
using System.Reflection;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Tests.Integration.Trust;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Access;

/// <summary>Every HTTP route, hub method and gRPC method of the whole dashboard and of a listening agent, asked by a stranger from loopback.</summary>
public sealed class EntranceTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryRoute_OfTheWholeDashboard_RefusesStrangers()
    {
        using var directory = new TemporaryDirectory();
        await using var app = DashboardApp.Build(new DashboardArguments("http://127.0.0.1:0", directory["data"], NoEmbeddedDevice: true));
        await app.StartAsync(Test);
        var source = app.Services.GetRequiredService<EndpointDataSource>();

        using var stranger = Stranger(app);
        Assert.Empty(await Entrances.LetInAsync(source, stranger, Test));
        Assert.InRange(Entrances.Count(source), 60, int.MaxValue);
        await app.StopAsync(Test);
    }

    [Fact]
    public async Task ARoute_ThatForgotItsPolicy_IsFound()
    {
        using var directory = new TemporaryDirectory();
        await using var app = DashboardApp.Build(new DashboardArguments("http://127.0.0.1:0", directory["data"], NoEmbeddedDevice: true));
        app.MapGet("/api/forgotten", () => "everything").AllowAnonymous();
        app.MapGet("/api/careless", () => "everything").WithMetadata(new Microsoft.AspNetCore.Authorization.AuthorizeAttribute(nameof(ARoute_ThatForgotItsPolicy_IsFound)));
        app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Microsoft.AspNetCore.Authorization.AuthorizationOptions>>().Value
            .AddPolicy(nameof(ARoute_ThatForgotItsPolicy_IsFound), policy => policy.RequireAssertion(_ => true));
        await app.StartAsync(Test);

        using var stranger = Stranger(app);
        var wrong = await Entrances.LetInAsync(app.Services.GetRequiredService<EndpointDataSource>(), stranger, Test);

        Assert.Equal(["/api/forgotten is open to everybody", "GET /api/careless answered 200", "GET /api/careless answered 200 to forged headers"], wrong);
        await app.StopAsync(Test);
    }

    [Fact]
    public async Task EveryHubMethod_IsOutOfReachOfStrangers()
    {
        using var directory = new TemporaryDirectory();
        await using var app = DashboardApp.Build(new DashboardArguments("http://127.0.0.1:0", directory["data"], NoEmbeddedDevice: true));
        await app.StartAsync(Test);
        var hubs = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => (e.RoutePattern.RawText, Hub: e.Metadata.GetMetadata<HubMetadata>()?.HubType)).Where(h => h.Hub is not null && !h.RawText!.Contains("negotiate", StringComparison.Ordinal)).ToList();
        var methods = 0;
        foreach (var (route, hub) in hubs)
        {
            await using var connection = new HubConnectionBuilder()
                .WithUrl(new Uri(new Uri(app.Urls.First()), route), o => o.Headers["X-Forwarded-For"] = "127.0.0.1").Build();
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => connection.StartAsync(Test));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            foreach (var method in hub!.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => connection.InvokeAsync(method.Name, Test));
                methods++;
            }
        }

        Assert.Contains(hubs, h => h.RawText == "/hubs/mesh");
        Assert.InRange(methods, 2, int.MaxValue);
        await app.StopAsync(Test);
    }

    [Fact]
    public async Task EveryGrpcMethod_OfAListeningAgent_IsOutOfReachOfStrangers()
    {
        await using var mesh = await LanMesh.StartAsync();
        await using var agent = mesh.StartAgent("Near", (await mesh.TicketAsync()).ToString(), more: ["--listen"]);
        var line = await agent.LineAsync(l => l.StartsWith("Listens on ", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        using var channel = GrpcChannel.ForAddress($"https://{line["Listens on ".Length..].Split(' ')[0]}", new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
#pragma warning disable CA5359 // The test looks at what the server demands, not at who it is.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
            },
        });
        var invoker = channel.CreateCallInvoker();
        var empty = Marshallers.Create(static (byte[] b) => b, static b => b);
        foreach (var method in DeviceService.Descriptor.Methods)
        {
            var description = new Method<byte[], byte[]>(MethodType.Unary, method.Service.FullName, method.Name, empty, empty);
            using var call = invoker.AsyncUnaryCall(description, null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60), cancellationToken: Test), []);
            var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
            Assert.True(refused.StatusCode is StatusCode.Internal or StatusCode.Unavailable, $"{method.Name}: {refused.Status}");
        }

        Assert.InRange(DeviceService.Descriptor.Methods.Count, 10, int.MaxValue);
    }

    private static HttpClient Stranger(WebApplication app) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.First()) };
}
