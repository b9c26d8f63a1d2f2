using System.Collections.Concurrent;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Submits the profile job that should follow a compile job, once, whatever happens in between. Thread-safe.</summary>
public sealed partial class HubFollowUps(HubJobBook book, HubReader catalogue, HubPace pace, TimeProvider time, ILogger<HubFollowUps> logger)
{
    private readonly ConcurrentDictionary<string, bool> _following = new();

    /// <summary>Begins what is due, apart from the caller: when the service has too many jobs, the client waits for minutes.</summary>
    /// <param name="followed">Called when a profile job is there.</param>
    /// <returns>Whether something was begun.</returns>
    public bool Begin(IQaiHubClient client, Action followed, CancellationToken cancellationToken)
    {
        var due = book.Jobs.Where(j => j is { State: HubJobState.Done, Then.JobId: null, Trouble: null, TargetModelId: not null } && _following.TryAdd(j.Id, true)).ToList();
        foreach (var job in due)
        {
            _ = FollowAsync(client, job, followed, cancellationToken);
        }

        return due.Count > 0;
    }

    private async Task FollowAsync(IQaiHubClient client, TrackedJob job, Action followed, CancellationToken stop)
    {
        try
        {
            var id = await SubmittedAsync(client, job, stop);
            if (id is null)
            {
                var device = (await catalogue.GetAsync(now: false, stop)).Find(job.Device, job.Os)
                    ?? throw new QaiHubException(HubFailure.DeviceNotAvailable, $"{job.Device} is not in the catalogue any more.", "Choose another device.");
                await pace.WaitAsync(stop);
                id = await client.Jobs.CreateAsync(new ProfileRequest(job.TargetModelId!, device, job.Name, job.Then!.Options), new Waits(book, time, job.Id), stop);
            }

            // From here on it is stored whatever happens: the job is at the service.
            var now = time.GetUtcNow();
            await book.ChangeAsync(
                id,
                before => (before ?? new TrackedJob(id, HubJobKind.Profile, HubJobState.Created, now) { Name = job.Name, Device = job.Device, Os = job.Os, Steps = [new HubStep(HubJobState.Created, now)] })
                    with { ParentId = job.Id, Here = true, Source = (before?.Source ?? HubSource.Unknown).And(job.Source), ModelId = job.TargetModelId!, ModelName = job.ModelName, Runtime = job.Runtime, Options = job.Then!.Options },
                CancellationToken.None);
            await book.ChangeAsync(job.Id, before => before! with { Then = job.Then! with { JobId = id }, Wait = null }, CancellationToken.None);
            followed();
        }
        catch (QaiHubException e) when (e.Kind is not (HubFailure.Unreachable or HubFailure.TimedOut or HubFailure.RateLimited or HubFailure.ServiceFailed or HubFailure.TokenRefused))
        {
            // It will not get better by asking again; a person can submit another one.
            await book.ChangeAsync(job.Id, before => before! with { Wait = null, Trouble = HubProblems.Told("The profile job that should follow was not taken.", e) }, CancellationToken.None);
        }
        catch (Exception e) when (e is QaiHubException or OperationCanceledException)
        {
            // The next round tries again; after a stop the next start.
            Log.Later(logger, job.Id, e.Message);
        }
        finally
        {
            _following.TryRemove(job.Id, out _);
        }
    }

    /// <summary>The profile job of this very model when the dashboard was stopped between submitting and storing it: the list, read a moment ago, has it then.</summary>
    private async Task<string?> SubmittedAsync(IQaiHubClient client, TrackedJob job, CancellationToken stop)
    {
        foreach (var candidate in book.Jobs.Where(j => j is { Kind: HubJobKind.Profile, ParentId: null, Here: false } && j.Name == job.Name && j.Device == job.Device && j.CreatedAt >= job.CreatedAt))
        {
            await pace.WaitAsync(stop);
            if ((await client.Jobs.GetAsync(candidate.Id, stop)).Model?.Id == job.TargetModelId)
            {
                return candidate.Id;
            }
        }

        return null;
    }

    /// <summary>Says at the compile job why its profile job is not there yet.</summary>
    private sealed class Waits(HubJobBook book, TimeProvider time, string job) : IProgress<HubJobWait>
    {
        public void Report(HubJobWait value) => _ = book.ChangeAsync(
            job,
            before => before is { Then.JobId: null } ? before with { Wait = new HubWait(Orchestration.Gateway.FromWire.Text(value.Words, 600), time.GetUtcNow() + value.Wait) } : before,
            CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 541, Level = LogLevel.Information, Message = "The profile job after {Job} could not be submitted yet: {Cause}")]
        public static partial void Later(ILogger logger, string job, string cause);
    }
}
