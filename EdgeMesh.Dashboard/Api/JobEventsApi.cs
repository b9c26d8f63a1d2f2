using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A job's journal as server-sent events: <c>event:</c> its type, <c>id:</c> its sequence, <c>data:</c> the event as JSON.</summary>
internal static class JobEventsApi
{
    /// <summary>A comment line so often keeps proxies from closing a quiet stream.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static async Task<IResult> StreamAsync(string id, HttpContext context, IJobs jobs, TimeProvider time, IHostApplicationLifetime process)
    {
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last.Length == 0 ? "0" : last, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            return Problems.Invalid(ApiProblems.ParameterWrong("Last-Event-ID", last, "the id of the last event you have"));
        }

        if (!JobId.TryParse(id, out var job) || await jobs.GetAsync(job, context.RequestAborted) is not { } view)
        {
            return Problems.NotFound(ApiProblems.JobUnknown(id));
        }

        if (view.IsFinished && after >= view.Version)
        {
            // Nothing will ever come: 204 tells an EventSource not to ask again.
            return TypedResults.NoContent();
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, process.ApplicationStopping);
        if (await jobs.EventsAsync(job, after, cancel.Token) is not { } events)
        {
            return Problems.NotFound(ApiProblems.JobUnknown(id));
        }

        await new EventStream(context.Response, time, cancel.Token).WriteAsync(events);
        return TypedResults.Empty;
    }

    private sealed class EventStream(HttpResponse response, TimeProvider time, CancellationToken cancel)
    {
        public async Task WriteAsync(IAsyncEnumerable<SequencedEvent> events)
        {
            response.ContentType = "text/event-stream";
            response.Headers["X-Accel-Buffering"] = "no";
            try
            {
                await response.Body.FlushAsync(cancel);
                await CopyAsync(events);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // The reader went away, or the dashboard stops.
            }
        }

        private async Task CopyAsync(IAsyncEnumerable<SequencedEvent> events)
        {
            await using var source = events.GetAsyncEnumerator(cancel);
            var next = source.MoveNextAsync().AsTask();
            try
            {
                while (true)
                {
                    if (!await ComesWithinAsync(next))
                    {
                        await response.WriteAsync(":\n\n", cancel);
                        continue;
                    }

                    if (!await next)
                    {
                        return;
                    }

                    Write(source.Current);
                    next = source.MoveNextAsync().AsTask();
                    if (!next.IsCompleted)
                    {
                        await response.BodyWriter.FlushAsync(cancel);
                    }
                }
            }
            finally
            {
                // The source may only be disposed when nobody waits in it.
                await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        private async Task<bool> ComesWithinAsync(Task next)
        {
            if (next.IsCompleted)
            {
                return true;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var beat = Task.Delay(Heartbeat, time, stop.Token);
            var first = await Task.WhenAny(next, beat);
            await stop.CancelAsync();
            return first == next;
        }

        private void Write(SequencedEvent item)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"event: {item.Event.GetType().Name}\nid: {item.Sequence}\ndata: ");
            Encoding.UTF8.GetBytes(head, response.BodyWriter);
            using (var json = new Utf8JsonWriter(response.BodyWriter))
            {
                JsonSerializer.Serialize(json, item.Event, ApiJson.Options);
            }

            response.BodyWriter.Write("\n\n"u8);
        }
    }
}
