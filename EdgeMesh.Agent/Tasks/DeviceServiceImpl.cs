using EdgeMesh.Agent.Fingerprint;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The agent's gRPC service.</summary>
public sealed partial class DeviceServiceImpl(
    DeviceFacts facts, RuntimeCatalog catalog, TaskExecutor executor, TelemetryProbe probe, TaskLimits limits, Models.Mesh.ModelService models, Runtimes.Discovery.EngineContext engines, Enrolment.RenewalSignal renewal, DirectEndpoint direct, TimeProvider time)
    : DeviceService.DeviceServiceBase
{
    private static readonly TimeSpan BeatInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Coalesce = TimeSpan.FromMilliseconds(20);
    private const int MostPerFrame = 32_768;

    public override async Task<ProfileReply> GetProfile(ProfileRequest request, ServerCallContext context)
    {
        var reply = new ProfileReply { Profile = ToWire.Profile(await facts.ProfileAsync(context.CancellationToken)), RuntimesLoaded = catalog.Loaded, Slots = limits.Slots };
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
        using var timer = new PeriodicTimer(BeatInterval, time);
        var tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
        while (true)
        {
            var change = catalog.Changed;
            var version = catalog.Version;
            var runtimes = version == told ? null : ToWire.Runtimes(catalog.Infos, catalog.Loaded, await facts.ProfileAsync(context.CancellationToken));
            await responseStream.WriteAsync(ToWire.Beat(probe.Sample(), executor, runtimes), context.CancellationToken);
            told = version;

            // A change of the runtimes is told at once: jobs may wait for it.
            if (await Task.WhenAny(tick, change) == tick)
            {
                await tick;
                tick = timer.WaitForNextTickAsync(context.CancellationToken).AsTask();
            }
        }
    }

    public override async Task RunTask(TaskRequest request, IServerStreamWriter<TaskFrame> responseStream, ServerCallContext context)
    {
        var (mayRun, place) = executor.Light(request);
        using var held = place;
        if (!mayRun)
        {
            await responseStream.WriteAsync(new TaskFrame { Updates = { new TaskUpdate { Failure = new Failure { Reason = nameof(ReasonCode.Busy), Cause = "As many small tasks as it takes wait for their answers to be read." } } } });
            return;
        }

        var (run, refused) = executor.Start(request, LinkCaller.Of(context).OrchestratorId);
        if (run is null)
        {
            await responseStream.WriteAsync(new TaskFrame { Updates = { new TaskUpdate { Failure = refused } } });
            return;
        }

        var read = 0;
        var wroteText = false;
        var wrote = 0L;
        while (true)
        {
            var (updates, over, changed) = run.Read(read);
            foreach (var frame in Frames(updates))
            {
                await responseStream.WriteAsync(frame, context.CancellationToken);
                wrote = time.GetTimestamp();
            }

            read += updates.Count;
            if (over)
            {
                return;
            }

            // The first text goes at once; after that a frame goes at most every so often, so text that was gathered before it came here does not wait again.
            wroteText |= updates.Exists(u => u.UpdateCase is TaskUpdate.UpdateOneofCase.Text or TaskUpdate.UpdateOneofCase.Reasoning);
            await changed.WaitAsync(context.CancellationToken);
            if (wroteText && !run.IsOver && Coalesce - time.GetElapsedTime(wrote) is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, time, context.CancellationToken);
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

    public override async Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) =>
        new() { Known = await executor.CancelAsync(request, LinkCaller.Of(context).OrchestratorId, context.CancellationToken) };

    // Text next to text becomes one update; a frame stays small.
    private static IEnumerable<TaskFrame> Frames(List<TaskUpdate> updates)
    {
        var frame = new TaskFrame();
        var size = 0;
        foreach (var update in updates)
        {
            var last = frame.Updates.Count > 0 ? frame.Updates[^1] : null;
            if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Text && last?.UpdateCase == TaskUpdate.UpdateOneofCase.Text)
            {
                frame.Updates[^1] = new TaskUpdate { Text = last.Text + update.Text };
            }
            else if (update.UpdateCase == TaskUpdate.UpdateOneofCase.Reasoning && last?.UpdateCase == TaskUpdate.UpdateOneofCase.Reasoning)
            {
                frame.Updates[^1] = new TaskUpdate { Reasoning = last.Reasoning + update.Reasoning };
            }
            else
            {
                frame.Updates.Add(update);
            }

            size += update.Text.Length + update.Reasoning.Length + (update.Artifact?.Data.Length ?? 0);
            if (size > MostPerFrame)
            {
                yield return frame;
                (frame, size) = (new TaskFrame(), 0);
            }
        }

        if (frame.Updates.Count > 0)
        {
            yield return frame;
        }
    }
}
