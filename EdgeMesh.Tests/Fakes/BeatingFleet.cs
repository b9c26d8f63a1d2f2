using System.Net.WebSockets;
using System.Security.Cryptography;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Many devices in this process with one real link each, whose load, memory and heat differ with every beat: as restless as real ones.</summary>
public sealed class BeatingFleet : IAsyncDisposable
{
    private readonly List<ClientWebSocket> _sockets = [];
    private readonly CancellationTokenSource _over = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _server;

    private BeatingFleet()
    {
        var builder = LinkServer.CreateBuilder("beating-fleet");
        _server = builder.Build();
        _server.MapGrpcService<Service>();
    }

    /// <summary>Joins so many, and waits until the dashboard says that all are online.</summary>
    public static async Task<BeatingFleet> JoinAsync(DashboardProcess dashboard, int count)
    {
        var fleet = new BeatingFleet();
        await fleet._server.StartAsync();
        for (var i = 1; i <= count; i++)
        {
            await fleet.LinkAsync(dashboard, $"Restless {i}");
        }

        await Until.TrueAsync(
            $"{count} devices to be online",
            async () => (await dashboard.GetAsync("/api/devices")).EnumerateArray().Count(d => d.GetProperty("state").GetString() == nameof(DeviceState.Online)) == count,
            TimeSpan.FromSeconds(60));
        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _sockets.ForEach(s => s.Dispose());
        await _server.DisposeAsync();
        _over.Dispose();
        _directory.Dispose();
    }

    private async Task LinkAsync(DashboardProcess dashboard, string name)
    {
        var socket = new ClientWebSocket();
        _sockets.Add(socket);
        await socket.ConnectAsync(new UriBuilder(dashboard.Address) { Scheme = "ws", Path = "/agent/link" }.Uri, _over.Token);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.True(JoinTicket.TryParse(await dashboard.JoinTokenAsync(), out var ticket, out _));
        LinkIdentity me = new(key.ExportSubjectPublicKeyInfo(), message => key.SignData(message, HashAlgorithmName.SHA256), ticket.Secret, name);
        var verdict = await LinkProof.ProveAsync(
            socket, dashboard.Address, null, me, new LinkTrust(ticket.OrchestratorId, new DeviceCertificateStore(_directory[name])), static _ => null, _over.Token);
        Assert.True(verdict.Accepted, verdict.Detail);
        _ = ServeAsync(socket);
    }

    private async Task ServeAsync(WebSocket socket)
    {
        await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
        await _server.Services.GetRequiredService<LinkListener>().ServeAsync(DuplexPipe.Over(stream), _over.Token);
    }

    /// <summary>What each of them says.</summary>
    public sealed class Service : DeviceService.DeviceServiceBase
    {
        private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);
        private static int s_seeds;

        public override Task<ProfileReply> GetProfile(ProfileRequest request, ServerCallContext context) => Task.FromResult(new ProfileReply
        {
            RuntimesLoaded = true,
            Slots = 1,
            Runtimes = { Runtimes() },
            Profile = new Profile
            {
                Os = "Restless", Architecture = "x64", CpuModel = "Restless processor", LogicalCores = 4, RamTotalMb = 16_384, FormFactor = nameof(FormFactor.Desktop), AgentVersion = "0.1.0",
                Accelerators = { new AcceleratorInfo { Kind = nameof(AcceleratorKind.CPU), Name = "Restless processor", Status = nameof(AcceleratorStatus.Detected), Source = "made up" } },
            },
        });

        public override async Task Watch(WatchRequest request, IServerStreamWriter<Beat> responseStream, ServerCallContext context)
        {
            var random = new Random(Interlocked.Increment(ref s_seeds));
            var runtimes = new RuntimeSet { Loaded = true, Runtimes = { Runtimes() } };
            using var timer = new PeriodicTimer(BeatInterval, TimeProvider.System);
            do
            {
                await responseStream.WriteAsync(
                    new Beat { CpuPercent = random.Next(100), RamFreeMb = random.Next(2_000, 12_000), TemperatureC = random.Next(40, 70), AgentRamMb = 60, Runtimes = runtimes }, context.CancellationToken);
                runtimes = null;
            }
            while (await timer.WaitForNextTickAsync(context.CancellationToken));
        }

        public override Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) => Task.FromResult(new CancelReply());

        private static IEnumerable<Runtime> Runtimes() =>
        [
            new()
            {
                Id = "ollama:127.0.0.1:11434", Name = "Ollama", State = nameof(RuntimeState.Ready), TaskKinds = { TaskKindValue.LlmGenerate },
                Models = { new Model { Id = "qwen3:8b", QualityTier = 4, Skills = { nameof(Skill.Chat), nameof(Skill.Summarize) } } },
            },
        ];
    }
}
