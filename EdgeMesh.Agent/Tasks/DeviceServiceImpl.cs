using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.BuiltInTasks;
using EdgeMesh.Core.Contracts;
using Grpc.Core;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The agent's gRPC service.</summary>
public sealed partial class DeviceServiceImpl(
    DeviceFacts facts, RuntimeCatalog catalog, TaskExecutor executor, Epochs epochs, AttemptStreams streams, AgentStop stop, TelemetryProbe probe, TaskLimits limits, ModelService models, Runtimes.Discovery.EngineContext engines, Enrolment.RenewalSignal renewal, DirectEndpoint direct, TimeProvider time)
    : DeviceService.DeviceServiceBase
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);

    public override async Task<ProfileReply> GetProfile(ProfileRequest request, ServerCallContext context)
    {
        var reply = new ProfileReply { Profile = ToWire.Profile(await facts.ProfileAsync(context.CancellationToken)), RuntimesLoaded = catalog.Loaded, Slots = limits.Slots, KeepsAttempts = true };
        reply.Direct.AddRange(direct.Addresses());
        reply.Runtimes.AddRange(catalog.Infos.Select(ToWire.Runtime));
        return reply;
    }

    public override Task<RenewCertificateReply> RenewCertificate(RenewCertificateRequest request, ServerCallContext context)
    {
        renewal.Ask();
        return Task.FromResult(new RenewCertificateReply());
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<Beat> responseStream, ServerCallContext context)
    {
        long told = 0;
        var caller = LinkCaller.Of(context).OrchestratorId;
        using var timer = new PeriodicTimer(BeatInterval, time);
        var tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
        while (true)
        {
            var (change, step, isOver) = (catalog.Changed, stop.Next, stop.IsOver);
            var version = catalog.Version;
            var runtimes = version == told ? null : ToWire.Runtimes(catalog.Infos, catalog.Loaded, await facts.ProfileAsync(context.CancellationToken));
            await responseStream.WriteAsync(ToWire.Beat(probe.Sample(), executor, runtimes, stop.IsBegun, epochs.Other(caller, request.Epoch)), context.CancellationToken);
            told = version;
            if (isOver)
            {
                return;
            }

            // A change of the runtimes is told at once, as jobs may wait for it; and so is a stop.
            if (await Task.WhenAny(tick, change, step) == tick)
            {
                await tick;
                tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
            }
        }
    }

    public override Task<ProveReply> Prove(ProveRequest request, ServerCallContext context) => Task.FromResult(new ProveReply { Canaries = catalog.ProveAgain() });

    public override Task<AllowEngineReply> AllowEngine(AllowEngineRequest request, ServerCallContext context)
    {
        // The answer is about the user that was shown; another one who runs it by now is asked about anew.
        if (catalog.Find(request.RuntimeId) is not Runtimes.Engines.ProbedRuntime { Info.Owner: { IsOther: true } owner } engine || owner.Uid != request.Uid)
        {
            return Task.FromResult(new AllowEngineReply());
        }

        engines.Book.Allow(request.RuntimeId, request.Uid, request.Allow);
        engine.LookAgain();
        return Task.FromResult(new AllowEngineReply { Known = true });
    }
}
