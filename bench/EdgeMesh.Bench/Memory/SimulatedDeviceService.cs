using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using Grpc.Core;

namespace EdgeMesh.Bench.Memory;

/// <summary>What a simulated device says: a small profile, a beat every 500 ms, and ECHO.</summary>
internal sealed class SimulatedDeviceService : DeviceService.DeviceServiceBase
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);

    public override Task<ProfileReply> GetProfile(ProfileRequest request, ServerCallContext context) => Task.FromResult(new ProfileReply
    {
        RuntimesLoaded = true,
        Slots = 2,
        Runtimes = { Runtimes() },
        Profile = new Profile
        {
            Os = "Simulated",
            Architecture = "x64",
            CpuModel = "Simulated processor",
            LogicalCores = 4,
            RamTotalMb = 8_192,
            FormFactor = nameof(FormFactor.Desktop),
            AgentVersion = "0.1.0",
            Accelerators = { new AcceleratorInfo { Kind = nameof(AcceleratorKind.CPU), Name = "Simulated processor", Status = nameof(AcceleratorStatus.Detected), Source = "simulated" } },
            Facts = { Enumerable.Range(1, 20).Select(i => new Fact { Name = $"Fact {i}", Value = $"Value {i}", Source = "simulated" }) },
        },
    });

    public override async Task Watch(WatchRequest request, IServerStreamWriter<Beat> responseStream, ServerCallContext context)
    {
        var runtimes = new RuntimeSet { Loaded = true, Runtimes = { Runtimes() } };
        using var timer = new PeriodicTimer(BeatInterval, TimeProvider.System);
        do
        {
            var beat = new Beat { CpuPercent = Random.Shared.Next(100), RamFreeMb = Random.Shared.Next(2_000, 6_000), TemperatureC = 40, AgentRamMb = 60, Runtimes = runtimes };
            await responseStream.WriteAsync(beat, context.CancellationToken);
            runtimes = null;
        }
        while (await timer.WaitForNextTickAsync(context.CancellationToken));
    }

    public override async Task RunTask(Core.Contracts.TaskRequest request, IServerStreamWriter<TaskFrame> responseStream, ServerCallContext context) =>
        await responseStream.WriteAsync(new TaskFrame
        {
            Updates =
            {
                new TaskUpdate { Accepted = new Accepted { Started = true } },
                new TaskUpdate { Text = request.Text },
                new TaskUpdate { Receipt = new TaskReceipt { RuntimeId = request.RuntimeId, ModelId = request.ModelId, Accelerator = nameof(AcceleratorKind.CPU), RunMs = 0.1, AgentVersion = "0.1.0" } },
            },
        });

    public override Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) => Task.FromResult(new CancelReply());

    private static IEnumerable<Core.Contracts.Runtime> Runtimes() =>
    [
        new()
        {
            Id = "system",
            Name = "System",
            State = nameof(RuntimeState.Ready),
            Accelerator = nameof(AcceleratorKind.CPU),
            TaskKinds = { TaskKindValue.Echo },
            Models = { new Model { Id = "echo", QualityTier = 1 } },
        },
    ];
}
