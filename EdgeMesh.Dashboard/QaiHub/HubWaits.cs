using System.Threading.Channels;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>
/// Creates jobs at the service. When it has too many of this account, the job is shown as waiting for a place, with the service's words, instead of keeping whoever asked
/// waiting for minutes. Thread-safe.
/// </summary>
public sealed partial class HubWaits(HubJobBook book, TimeProvider time, ILogger<HubWaits> logger)
{
    /// <summary>Creates a job: the one at the service, or at the first refusal for want of a place the one that waits for it. Not given up when the person leaves.</summary>
    /// <param name="draft">What is known of it before it has an id.</param>
    /// <param name="made">Puts it in the book under its id.</param>
    /// <exception cref="QaiHubException">It was not taken.</exception>
    public Task<TrackedJob?> CreateAsync(IQaiHubClient client, HubJobRequest request, TrackedJob draft, Func<string, Task<TrackedJob?>> made)
    {
        var taken = new TaskCompletionSource<TrackedJob?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = RunAsync(client, request, draft, made, taken);
        return taken.Task;
    }

    private async Task RunAsync(IQaiHubClient client, HubJobRequest request, TrackedJob draft, Func<string, Task<TrackedJob?>> made, TaskCompletionSource<TrackedJob?> taken)
    {
        var waits = Channel.CreateUnbounded<HubJobWait>();
        var creating = client.Jobs.CreateAsync(request, new Reports(waits.Writer), CancellationToken.None);
        string? waiting = null;
        try
        {
            while (await Task.WhenAny(creating, waits.Reader.WaitToReadAsync().AsTask()) != creating)
            {
                waiting ??= $"wait{Guid.NewGuid():n}"[..16];
                book.Waits(waiting, true);
                while (waits.Reader.TryRead(out var wait))
                {
                    var shown = new HubWait(Orchestration.Gateway.FromWire.Text(wait.Words, 600), time.GetUtcNow() + wait.Wait);
                    taken.TrySetResult(await book.ChangeAsync(waiting, before => (before ?? draft with { Id = waiting }) with { State = HubJobState.WaitingForPlace, Wait = shown }, CancellationToken.None));
                }
            }

            var job = await made(await creating);
            if (waiting is not null)
            {
                await book.ChangeAsync(job!.Id, before => before! with { WaitedAs = waiting }, CancellationToken.None);
                await book.ForgetAsync(waiting, CancellationToken.None);
            }

            taken.TrySetResult(job);
        }
        catch (Exception e)
        {
            await FailAsync(waiting, e, taken);
        }
        finally
        {
            book.Waits(waiting ?? "", false);
        }
    }

    private async Task FailAsync(string? waiting, Exception e, TaskCompletionSource<TrackedJob?> taken)
    {
        if (e is not QaiHubException)
        {
            Log.Failed(logger, e);
        }

        if (waiting is null)
        {
            taken.TrySetException(e);
            return;
        }

        var trouble = e is QaiHubException told ? HubProblems.Told("The job was not taken.", told) : HubProblems.Internal("The job was not taken.");
        await book.ChangeAsync(waiting, before => before is null ? null : before with { State = HubJobState.Failed, Wait = null, Trouble = trouble, FinishedAt = time.GetUtcNow() }, CancellationToken.None);
        taken.TrySetResult(book.Find(waiting));
    }

    private sealed class Reports(ChannelWriter<HubJobWait> writer) : IProgress<HubJobWait>
    {
        public void Report(HubJobWait value) => writer.TryWrite(value);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 544, Level = LogLevel.Error, Message = "A job that was to be submitted to QAI Hub was not")]
        public static partial void Failed(ILogger logger, Exception e);
    }
}
