using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Grpc.Core;

namespace EdgeMesh.Tests.Simulation;

/// <summary>What holds of every job and device when a world has come to rest, whatever happened in it.</summary>
internal static class Invariants
{
    private const int MaxAttempts = 3;

    // A task that was interrupted so often takes its devices down, for all that is known.
    private const int MostInterruptions = 12;

    public static async Task<JobView> HoldAsync(MeshHost mesh, SimulatedJob job, int devices)
    {
        var view = (await mesh.Jobs.GetAsync(job.Id!.Value, TestContext.Current.CancellationToken))!;
        var what = $"{job.Tag} ({job.History}): {view.State}, {view.Error?.Detail}";
        Assert.True(view.IsFinished, what);
        NothingIsAppliedTwice(what, await mesh.Journal.ReadAsync(view.Id, 0, TestContext.Current.CancellationToken));
        if (view.State == JobState.Succeeded)
        {
            // A job that was cancelled in its last moment may have succeeded.
            var attempt = view.Tasks.Single().Current!;
            // A device that forgot an attempt of which nothing was heard yet gets the same order once more.
            var run = Assert.Single(job.Runs, r => r.Number == attempt.Number && !r.IsForgotten);
            Assert.Equal(run.Device.Id, attempt.DeviceId);
            var begun = BegunBy(what, view.Tasks.Single(), attempt, run, job);
            Assert.True(run.Request.SoFar + run.Text == attempt.Output.Text, $"{what}: the device wrote '{run.Text}' behind '{run.Request.SoFar}' and the job has '{attempt.Output.Text}'");
            Assert.Equal(attempt.Output.Text, view.Result!.Text);
            Assert.Equal((begun?.Output.Reasoning.Text ?? "") + run.Reasoning, attempt.Output.Reasoning.Text);
            Assert.Equal(run.Files, view.Result.Artifacts.Select(a => a.Sha256));
            return view;
        }

        // A task whose engine failed is tried elsewhere, up to three times; that its device was away costs it nothing.
        Assert.True(
            job.IsCancelled ? view.State == JobState.Cancelled : job.Failures >= Math.Min(MaxAttempts, devices) || view.Tasks.Single().Attempts.Length > MostInterruptions,
            $"{what}: it did not succeed, although {job.Failures} engines of {devices} devices failed and {(job.IsCancelled ? "somebody" : "nobody")} cancelled it: {string.Join("; ", view.Tasks.SelectMany(t => t.Attempts).Select(a => $"{a.DeviceName} {a.State} {a.Reason}: {a.Cause}"))}");
        return view;
    }

    /// <summary>No device works on, or keeps, what nobody waits for, and its books are empty.</summary>
    public static async Task NothingIsLeftAsync(MeshHost mesh, IReadOnlyCollection<FakeDevice> devices)
    {
        string left = "";
        try
        {
            await Until.TrueAsync("every attempt to be acknowledged on its device and out of its books", async () => (left = await LeftAsync(mesh, devices)).Length == 0);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}: {left}", e);
        }
    }

    private static async Task<string> LeftAsync(MeshHost mesh, IReadOnlyCollection<FakeDevice> devices)
    {
        var left = new List<string>();
        foreach (var device in devices)
        {
            var kept = (await device.ListAttemptsAsync(new ListAttemptsRequest(), new CallOptions())).Attempts;
            left.AddRange(kept.Select(k => $"{device.Name} keeps try {k.Attempt.Attempt} of {k.Attempt.JobId}{(k.Started ? ", started" : "")}{(k.Ended ? ", ended" : "")}"));
        }

        left.AddRange(mesh.Fleet.Current.Devices.Where(d => d is not { QueuedCount: 0, Lanes.IsEmpty: true, InUse.IsEmpty: true, Running.IsEmpty: true })
            .Select(d => $"{d.Name} has in its books {string.Join(", ", d.Running.Select(r => $"try {r.Attempt.Number} of {r.Attempt.Job}"))} and {d.QueuedCount} that wait"));
        return string.Join("; ", left);
    }

    // What it was given to go on with is what another device wrote before, exactly; attempts between them may have never come to a device.
    private static AttemptView? BegunBy(string what, TaskView task, AttemptView attempt, SimulatedRun run, SimulatedJob job)
    {
        Assert.Equal(run.Request.SoFar.Length, attempt.Seam?.Offset ?? 0);
        if (attempt.Seam is not { } seam)
        {
            return null;
        }

        Assert.True(
            job.Runs.Any(r => r.Number <= seam.Attempt && (r.Request.SoFar + r.Text).StartsWith(run.Request.SoFar, StringComparison.Ordinal)), $"{what}: nobody wrote '{run.Request.SoFar}' before");
        return task.Attempts[seam.Attempt - 1];
    }

    private static void NothingIsAppliedTwice(string what, ImmutableArray<SequencedEvent> journal)
    {
        Assert.Equal(Enumerable.Range(1, journal.Length).Select(n => (long)n), journal.Select(e => e.Sequence));
        var events = journal.Select(e => e.Event).ToList();
        Assert.True(events.OfType<JobEnded>().Count() == 1 && events[^1] is JobEnded, $"{what}: its journal does not end with its only end");
        Assert.True(events.OfType<TaskEnded>().CountBy(e => e.Task).All(c => c.Value == 1), $"{what}: a task ended twice");
        Assert.True(
            events.Select(e => e switch { AttemptSucceeded s => s.Number, AttemptFailed f => f.Number, _ => 0 }).Where(n => n > 0).CountBy(n => n).All(c => c.Value == 1),
            $"{what}: an attempt ended twice");
        List<int> numbers = [.. events.Select(e => e switch { AttemptPlaced p => p.Number, AttemptHedged h => h.Number, _ => 0 }).Where(n => n > 0)];
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
        Assert.InRange(events.OfType<AttemptHedged>().Count(), 0, 1);

        // What a reader of the journal sees: each attempt's text, piece behind piece, and never again that of one before it.
        var written = events.OfType<AttemptPlaced>().ToDictionary(e => e.Number, e => e.Seam?.Offset ?? 0);
        var pieces = events.Select(e => e switch { OutputAppended o => o.Number, ReasoningAppended r => r.Number, OutputWasReasoning w => w.Number, _ => 0 }).Where(n => n > 0).ToList();
        Assert.True(pieces.SequenceEqual(pieces.Order()), $"{what}: the text of two attempts is mixed: {string.Join(' ', pieces)}");
        foreach (var piece in events.OfType<OutputAppended>())
        {
            Assert.True(piece.Offset == written.GetValueOrDefault(piece.Number), $"{what}: text of attempt {piece.Number} at {piece.Offset} stands behind {written.GetValueOrDefault(piece.Number)} characters");
            written[piece.Number] = piece.Offset + (piece.Text?.Length ?? 0);
        }
    }
}
