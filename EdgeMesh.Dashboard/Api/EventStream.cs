using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Dashboard.Api;

/// <summary>
/// Writes a job's events to one reader, at the reader's pace: no more is read of the source than the connection takes, and who takes nothing for too long is cut off.
/// </summary>
/// <param name="slow">The longest that one write may wait for the reader.</param>
internal sealed partial class EventStream(HttpContext context, JobId job, TimeSpan slow, TimeProvider time, ILogger logger, CancellationToken cancel)
{
    /// <summary>Bytes that are written before the reader is waited for.</summary>
    internal const int MostUnsent = 64 * 1024;

    /// <summary>A comment line so often keeps proxies from closing a quiet stream.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly HttpResponse _response = context.Response;
    private long _last;

    public async Task WriteAsync(IAsyncEnumerable<SequencedEvent> events)
    {
        _response.ContentType = "text/event-stream";
        _response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync();
            await CopyAsync(events);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The reader went away, or the dashboard stops.
        }
        catch (TimeoutException)
        {
            LogSlow(logger, job, Actor.Shown(context.Connection.RemoteIpAddress), slow.TotalSeconds, _last);
            context.Abort();
        }
    }

    private async Task CopyAsync(IAsyncEnumerable<SequencedEvent> events)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var source = events.GetAsyncEnumerator(reading.Token);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!await ComesWithinAsync(next))
                {
                    _response.BodyWriter.Write(":\n\n"u8);
                    await SendAsync();
                    continue;
                }

                if (!await next)
                {
                    await SendAsync();
                    return;
                }

                Write(source.Current);
                next = source.MoveNextAsync().AsTask();
                if (!next.IsCompleted || _response.BodyWriter.UnflushedBytes >= MostUnsent)
                {
                    await SendAsync();
                }
            }
        }
        finally
        {
            // The source may only be disposed when nobody waits in it.
            await reading.CancelAsync();
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    // Waits until the connection has taken it.
    private async Task SendAsync()
    {
        var sent = _response.BodyWriter.FlushAsync(cancel);
        if (!sent.IsCompleted)
        {
            await sent.AsTask().WaitAsync(slow, time, CancellationToken.None);
            return;
        }

        await sent;
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
        _last = item.Sequence;
        var head = string.Create(CultureInfo.InvariantCulture, $"event: {item.Event.GetType().Name}\nid: {item.Sequence}\ndata: ");
        Encoding.UTF8.GetBytes(head, _response.BodyWriter);
        using (var json = new Utf8JsonWriter(_response.BodyWriter))
        {
            JsonSerializer.Serialize(json, item.Event, ApiJson.Options);
        }

        _response.BodyWriter.Write("\n\n"u8);
    }

    [LoggerMessage(2501, LogLevel.Warning, "A reader of the events of job {Job} at {Address} took nothing for {Seconds:0.#} s and was cut off at event {Last}. It can go on behind the last event it has (Last-Event-ID).")]
    private static partial void LogSlow(ILogger logger, JobId job, string address, double seconds, long last);
}
