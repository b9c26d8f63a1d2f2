using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace EdgeMesh.Tests.Simulation;

/// <summary>Reports that reach a job when they should not: of an attempt that was replaced, or a second time.</summary>
internal static class LateReports
{
    /// <summary>What an attempt that has ended, or was replaced, still had to say: more text, and that it succeeded.</summary>
    public static async Task SendAsync(MeshHost mesh, JobId id)
    {
        var view = (await mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken))!;
        if (view.Tasks is not [{ Attempts: [_, _, ..] } task] || task.Attempts.LastOrDefault(a => !a.IsOpen && a != task.Current) is not { } old || mesh.Fleet.Current.Find(old.DeviceId) is not { } device)
        {
            return;
        }

        var written = (await EventsAsync(mesh, id)).OfType<OutputAppended>().Where(e => e.Number == old.Number).Sum(e => e.Text?.Length ?? 0) + (old.Seam?.Offset ?? 0);
        await ReportAsync(mesh, id, [
            new OutputAppended(Samples.Now, task.Id, old.Number, written, "late ", null),
            new AttemptSucceeded(Samples.Now, task.Id, old.Number, 5, Samples.Receipt(device)),
        ]);
    }

    /// <summary>Everything that was reported of it so far.</summary>
    public static async Task RepeatAsync(MeshHost mesh, JobId id) => await ReportAsync(mesh, id, [
        .. (await EventsAsync(mesh, id)).Where(e => e is AttemptStarted or OutputAppended or ReasoningAppended or OutputWasReasoning or AttemptSucceeded or AttemptFailed)]);

    private static async Task<IEnumerable<JobEvent>> EventsAsync(MeshHost mesh, JobId id) =>
        (await mesh.Journal.ReadAsync(id, 0, TestContext.Current.CancellationToken)).Select(e => e.Event);

    private static Task ReportAsync(MeshHost mesh, JobId id, ImmutableArray<JobEvent> events) =>
        mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value).ReportAsync(new Immutable<ImmutableArray<JobEvent>>(events));
}
