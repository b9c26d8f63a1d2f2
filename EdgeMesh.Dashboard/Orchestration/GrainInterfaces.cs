using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Storage;
using Orleans.Concurrency;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>One job: its events and their reduction. The only writer of its journal.</summary>
public interface IJobGrain : IGrainWithStringKey
{
    /// <summary>Stores the job and starts it; returns when it is stored.</summary>
    /// <param name="once">The key of its submission, stored with it.</param>
    /// <param name="noTryOutModels">No model for trying out may do it, also when it has to wait for its plan.</param>
    /// <param name="caller">Who asks.</param>
    Task SubmitAsync(JobRequest request, string caller, PlanResult plan, JobId? rerunOf, SubmitOnce? once, bool noTryOutModels = false);

    /// <summary>The same, but nothing is stored, learned or told (<see cref="Rehearsal"/>).</summary>
    Task RehearseAsync(JobRequest request, PlanResult plan);

    /// <summary>Whether nothing runs here any more.</summary>
    Task<bool> IsOverAsync();

    /// <summary>What happened to attempts, in order; returns when it is stored.</summary>
    Task ReportAsync(Immutable<ImmutableArray<JobEvent>> events);

    /// <summary>Asks to cancel; false when it has ended.</summary>
    Task<bool> CancelAsync(string by);

    /// <summary>Ends a job that cannot go on.</summary>
    Task AbandonAsync(string cause);

    /// <summary>Goes on with what the journal says, after a start.</summary>
    Task ResumeAsync();

    /// <summary>Whether the job waits for this attempt.</summary>
    Task<bool> IsOpenAsync(AttemptId attempt);

    /// <summary>
    /// The device of an attempt is not linked: gives the task to another one if that is likely to be sooner than waiting. True when the attempt is not waited for any more.
    /// </summary>
    /// <param name="remainingMs">What is left of it by its estimate.</param>
    /// <param name="away">Since the link ended.</param>
    Task<bool> MoveAsync(AttemptId attempt, string cause, double remainingMs, TimeSpan away);

    /// <summary>An attempt takes far longer than predicted: asks a second device as well. False when the job does not wait for it any more, or asked one before.</summary>
    /// <param name="placement">Where.</param>
    Task<bool> HedgeAsync(AttemptId first, TaskPlacement placement);

    /// <summary>The fleet changed: a waiting job looks again.</summary>
    Task FleetChangedAsync();
}

/// <summary>One device: the serial point of everything that is done with it.</summary>
public interface IDeviceGrain : IGrainWithStringKey
{
    Task LoadAsync(StoredDevice device);

    Task LinkedAsync(long session, LinkKind kind, DeviceProfile profile, ImmutableArray<Core.Models.RuntimeInfo> runtimes, bool loaded);

    /// <param name="kind">How calls reach it now.</param>
    /// <param name="runtimes">Only when they changed.</param>
    Task BeatAsync(long session, LinkKind kind, Telemetry telemetry, Gateway.RuntimeReport? runtimes, double? roundTripMs);

    /// <summary>A second agent has the same key.</summary>
    Task DoubledAsync(Gateway.LinkPlace first, string second);

    Task UnlinkedAsync(long session, string reason);

    /// <summary>Queues attempts; what cannot be taken is reported to the job as a failure. An attempt that is here already stays as it is.</summary>
    Task RunAsync(ImmutableArray<AttemptOrder> orders);

    /// <summary>Listening to an attempt ended before the attempt did.</summary>
    Task BrokenAsync(AttemptId attempt, AttemptPosition position);

    /// <summary>The job was asked whether it waits for an attempt of this device, which is not linked.</summary>
    /// <param name="moved">It does not.</param>
    Task AskedAsync(AttemptId attempt, bool moved);

    Task CancelAsync(AttemptId attempt);

    /// <summary>An attempt has ended on the device; the receipt is what there is to learn from, null when it failed. Nobody waits for it.</summary>
    /// <param name="actualMs">Milliseconds since the device was asked: what it waited for here is not in it, so that nobody learns it as overhead.</param>
    [OneWay]
    Task EndedAsync(AttemptId attempt, Receipt? receipt, double actualMs);

    Task SetDrainingAsync(bool draining);

    Task RenameAsync(string name);

    Task ForgetAsync();
}

/// <summary>The fleet's snapshot.</summary>
public interface IFleetGrain : IGrainWithIntegerKey
{
    /// <returns>The version of the fleet's snapshot that shows it first.</returns>
    Task<long> UpdateAsync(DeviceSnapshot device, bool urgent);

    Task RemoveAsync(DeviceId id);
}

/// <summary>An attempt to run: everything the device needs.</summary>
/// <param name="InputText">What the task reads.</param>
/// <param name="Rehearsal">Nothing is learned from it.</param>
/// <param name="Deadlines">When the device gives it up; set when it is sent.</param>
/// <param name="Caller">Whose it is: callers take turns.</param>
/// <param name="IsHedge">A second device is asked as well: only when it has a free slot.</param>
/// <param name="From">Ordered before, by an earlier start of the dashboard or on a way that failed: how far it was heard. Null: a new one.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptOrder(
    AttemptId Id, JobKind JobKind, string Title, PlannedTask Task, TaskPlacement Placement, string InputText, DateTimeOffset PlacedAt, bool Rehearsal = false, Core.Costing.Deadlines? Deadlines = null, AttemptPosition? From = null, string Caller = "", bool IsHedge = false)
{
    /// <summary>The beginning of its answer, which another attempt wrote and this one goes on with; null: it starts at the beginning.</summary>
    [Id(0)]
    public string? SoFar { get; init; }

    /// <summary>Characters that it reads.</summary>
    public int Chars => TaskLoad.CharsOf(InputText.Length, Task.Options) + (SoFar?.Length ?? 0);

    /// <summary>Estimated tokens of its answer that are there before it begins.</summary>
    public int Written => SoFar is null ? 0 : TokenEstimate.Of(SoFar);

    /// <summary>Milliseconds since it was placed; never below 0.</summary>
    public double ElapsedMs(TimeProvider time) => Math.Max(0, (time.GetUtcNow() - PlacedAt).TotalMilliseconds);

    /// <summary>Its end without success.</summary>
    /// <param name="cause">In words that name the device.</param>
    public AttemptFailed Failed(TimeProvider time, ReasonCode reason, string cause) => new(time.GetUtcNow(), Id.Task, Id.Number, ElapsedMs(time), reason, cause, Placement.Device);
}

/// <summary>A device as the database knows it.</summary>
[GenerateSerializer, Immutable]
public sealed record StoredDevice(
    DeviceId Id, string Name, int Ordinal, LinkKind Link, bool Draining, DateTimeOffset? LastSeen, DeviceProfile? Profile,
    ImmutableDictionary<Core.Devices.CalibrationKey, Core.Devices.Calibration> Calibrations);
