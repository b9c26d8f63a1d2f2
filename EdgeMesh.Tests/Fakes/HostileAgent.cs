using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using DeviceService = EdgeMesh.Core.Contracts.DeviceService;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A device that joined like any other, with a real link and key, and then says whatever the test makes it say.</summary>
public sealed class HostileAgent : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DeviceKey _key;
    private readonly WebApplication _app;

    private HostileAgent(DashboardProcess dashboard, string token, Service service)
    {
        _key = DeviceKey.Open(_directory.Path);
        var builder = LinkServer.CreateBuilder("hostile-agent");
        builder.Services.AddSingleton(service).AddSingleton(_key).AddSingleton(Dial(dashboard, token))
            .AddSingleton(new AgentOptions(_directory.Path, "Hostile", [], null))
            .AddSingleton(new DeviceCertificateStore(_directory.Path)).AddSingleton<Enroller>().AddSingleton<RenewalSignal>().AddSingleton<AgentStop>().AddHostedService<MeshDiallers>();
        _app = builder.Build();
        _app.MapGrpcService<Service>();
    }

    // As a person would give it: what a ticket tells of the mesh is checked on every link.
    private DialOptions Dial(DashboardProcess dashboard, string token)
    {
        var (options, problem) = DialOptions.Read(dashboard.Address.ToString(), token, new DeviceCertificateStore(_directory.Path));
        return options ?? throw new InvalidOperationException(problem);
    }

    public static async Task<HostileAgent> JoinAsync(DashboardProcess dashboard, Service service)
    {
        var agent = new HostileAgent(dashboard, await dashboard.JoinTokenAsync(), service);
        await agent._app.StartAsync();
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _key.Dispose();
        _directory.Dispose();
    }

    /// <summary>What it says.</summary>
    public sealed class Service : DeviceService.DeviceServiceBase
    {
        private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);

        /// <summary>The beats; null: honest ones.</summary>
        public Func<IServerStreamWriter<Beat>, ServerCallContext, Task>? OnWatch { get; init; }

        /// <summary>The frames of an attempt.</summary>
        public Func<IServerStreamWriter<TaskFrame>, ServerCallContext, Task>? OnRun { get; init; }

        public override Task<ProfileReply> GetProfile(ProfileRequest request, ServerCallContext context) => Task.FromResult(new ProfileReply
        {
            Profile = new Profile { Os = "Hostile", Architecture = "x64", LogicalCores = 1, RamTotalMb = 1_024, AgentVersion = "0.1.0" },
            RuntimesLoaded = true,
            Slots = 1,
            Runtimes =
            {
                new Runtime
                {
                    Id = "system", Name = "System", State = nameof(RuntimeState.Ready), Accelerator = nameof(AcceleratorKind.CPU),
                    TaskKinds = { TaskKindValue.Echo }, Models = { new Model { Id = "echo" } },
                },
            },
        });

        public override async Task Watch(WatchRequest request, IServerStreamWriter<Beat> responseStream, ServerCallContext context)
        {
            if (OnWatch is not null)
            {
                await OnWatch(responseStream, context);
                return;
            }

            while (!context.CancellationToken.IsCancellationRequested)
            {
                await responseStream.WriteAsync(new Beat { RamFreeMb = 1 }, context.CancellationToken);
                await Task.Delay(BeatInterval, TimeProvider.System, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public override Task RunTask(TaskRequest request, IServerStreamWriter<TaskFrame> responseStream, ServerCallContext context) =>
            OnRun?.Invoke(responseStream, context) ?? Task.CompletedTask;

        public override Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) => Task.FromResult(new CancelReply());
    }
}
