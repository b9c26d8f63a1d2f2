using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace EdgeMesh.Bench.Chaos;

/// <summary>
/// People and programs that use the dashboard while it is tormented, as careful ones do: each request has an Idempotency-Key and is sent again with it until it is
/// answered; a reader of events connects again with the last event that it has.
/// </summary>
internal sealed class Clients(ChaosMesh mesh, WorkMix mix, int seed)
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FollowsFor = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<ChaosJob> _jobs = new();
    private readonly ConcurrentDictionary<string, int> _refusals = new();

    /// <summary>Everything that was sent.</summary>
    public IReadOnlyCollection<ChaosJob> Jobs => _jobs;

    /// <summary>Answers other than 202, by code: the request was sent again later.</summary>
    public IReadOnlyDictionary<string, int> Refusals => _refusals;

    /// <summary>Requests that got no answer, and were sent again.</summary>
    public int Unanswered { get; private set; }

    /// <summary>What was sent and is not accepted yet, with the last answer to it.</summary>
    public IEnumerable<string> Waiting => _jobs.Where(j => j.Id is null).Select(j => $"{j.Work} {j.Tag} ({j.LastAnswer})");

    /// <summary>What the built-in summariser answers to the article, learned in calm.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task<string> LearnSummaryAsync(CancellationToken cancellationToken)
    {
        using var answer = await mesh.Client.PostAsJsonAsync("/api/jobs", WorkMix.SummaryRequest("calm"), cancellationToken);
        answer.EnsureSuccessStatusCode();
        for (; ; await Task.Delay(Again, TimeProvider.System, cancellationToken))
        {
            var job = await mesh.Client.GetFromJsonAsync<JsonElement>(answer.Headers.Location, cancellationToken);
            switch (job.GetProperty("state").GetString())
            {
                case "Queued" or "Running":
                    continue;
                case "Succeeded":
                    return job.GetProperty("result").GetProperty("text").GetString()!;
                default:
                    throw new InvalidOperationException($"A summary failed before any fault: {job}");
            }
        }
    }

    /// <summary>
    /// Sends job after job until it is told to stop; what was sent by then is accepted when this returns. Every fourth client sends small work all the time and
    /// waits for none of it, so that requests are on their way at every instant; the others follow a job to its end before the next.
    /// </summary>
    public async Task WorkAsync(int number, string summary, CancellationToken stop)
    {
        var random = new Random(seed + number);
        var waits = number % 4 != 0;
        while (!stop.IsCancellationRequested)
        {
            var job = mix.Next(summary, smallOnly: !waits);
            _jobs.Enqueue(job);
            await SubmitAsync(job);
            if (!waits)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300)), TimeProvider.System, CancellationToken.None);
            }
            else if (job.Work is Work.Chat or Work.SlowChat && random.Next(2) == 0)
            {
                job.Read = new Journal();
                await ReadAsync(job, stop);
            }
            else
            {
                await EndAsync(job, stop);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300)), TimeProvider.System, CancellationToken.None);
        }
    }

    private static string Code(JsonElement problem) => problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("code", out var code) ? code.ToString() : "no code";

    // Nobody gives up here: what was stored without an answer must be found again by its key, not made again.
    private async Task SubmitAsync(ChaosJob job)
    {
        while (job.Id is null)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = JsonContent.Create(job.Request) };
                request.Headers.Add("Idempotency-Key", $"{seed}-{job.Tag}");
                using var answer = await mesh.Client.SendAsync(request);
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
                if (answer.StatusCode == HttpStatusCode.Accepted)
                {
                    job.Id = body.GetProperty("id").GetString();
                    return;
                }

                job.LastAnswer = $"{(int)answer.StatusCode} {Code(body)}";
                _refusals.AddOrUpdate(job.LastAnswer, 1, (_, n) => n + 1);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                job.LastAnswer = e.Message;
                Unanswered++;
            }

            await Task.Delay(Again, TimeProvider.System);
        }
    }

    private async Task EndAsync(ChaosJob job, CancellationToken stop)
    {
        for (var start = Stopwatch.GetTimestamp(); !stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start) < FollowsFor; await Task.Delay(Again, TimeProvider.System, CancellationToken.None))
        {
            try
            {
                if ((await mesh.Client.GetFromJsonAsync<JsonElement>($"/api/jobs/{job.Id}", CancellationToken.None)).GetProperty("state").GetString() is not ("Queued" or "Running"))
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                // The dashboard is away, or does not know the job: that is counted at the end.
            }
        }
    }

    /// <summary>Reads a job's events to its end, over as many connections as it takes.</summary>
    public async Task ReadAsync(ChaosJob job, CancellationToken stop)
    {
        for (var start = Stopwatch.GetTimestamp(); !job.Read!.IsOver && !stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start) < FollowsFor; await Task.Delay(Again, TimeProvider.System, CancellationToken.None))
        {
            job.Connections++;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(FollowsFor);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{job.Id}/events");
                if (job.Read.Last > 0)
                {
                    request.Headers.Add("Last-Event-ID", $"{job.Read.Last}");
                }

                using var answer = await mesh.Streams.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    continue;
                }

                var parser = SseParser.Create(await answer.Content.ReadAsStreamAsync(limit.Token));
                await foreach (var item in parser.EnumerateAsync(limit.Token))
                {
                    job.Read.Take(parser.LastEventId, item.Data);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // It went away in the middle.
            }
        }
    }
}
