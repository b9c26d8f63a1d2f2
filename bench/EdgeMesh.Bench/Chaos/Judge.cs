using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace EdgeMesh.Bench.Chaos;

/// <summary>Waits until everything has ended, and compares what the dashboard tells of each job with what was asked and what the engine did.</summary>
internal sealed class Judge(ChaosMesh mesh, Clients clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly Verdict _verdict = new();

    public async Task<Verdict> JudgeAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var job in clients.Jobs.Where(j => j.Id is not null))
        {
            await JudgeAsync(job, start, cancellationToken);
        }

        await CountDoublesAsync(cancellationToken);
        _verdict.Accepted = clients.Jobs.Count(j => j.Id is not null);
        _verdict.RunAgain = mesh.Engine.Runs.Values.Sum(n => n - 1);
        foreach (var subject in mesh.Agents.Select(a => a.Program).Append(mesh.Dashboard))
        {
            subject.StartIfDead();
            (_verdict.Deaths, _verdict.SlowStops) = (_verdict.Deaths + subject.Deaths, _verdict.SlowStops + subject.SlowStops);
        }

        return _verdict;
    }

    private static bool HasEnded(JsonElement job) => job.GetProperty("state").GetString() is not ("Queued" or "Running");

    private static (int Missing, int TooMany) Compare(string expected, string actual)
    {
        if (actual == expected)
        {
            return (0, 0);
        }

        var words = actual.Split(' ').CountBy(w => w).ToDictionary();
        var missing = 0;
        foreach (var word in expected.Split(' '))
        {
            var left = words.GetValueOrDefault(word);
            words[word] = left - 1;
            missing += left > 0 ? 0 : word.Length;
        }

        var many = words.Where(w => w.Value > 0).Sum(w => w.Key.Length * w.Value);
        return (missing, missing + many == 0 ? Math.Max(1, actual.Length - expected.Length) : many);
    }

    private async Task JudgeAsync(ChaosJob job, long since, CancellationToken cancellationToken)
    {
        if (await EndOfAsync(job, since, cancellationToken) is not { } end)
        {
            return;
        }

        var state = end.GetProperty("state").GetString()!;
        _verdict.End(state);
        if (state != "Succeeded")
        {
            _verdict.Failed++;
            _verdict.Say($"{job.Tag} {job.Work} {job.Id}: {state}: {end.GetProperty("error")} after {Attempts(end)}");
            return;
        }

        var text = end.GetProperty("result") is { ValueKind: JsonValueKind.Object } result && result.GetProperty("text").GetString() is { } some ? some : "";
        CheckText(job, text);
        await CheckPictureAsync(job, end, cancellationToken);
        await CheckEventsAsync(job, text, end, cancellationToken);
    }

    private static string Attempts(JsonElement job) => string.Join("; ", job.GetProperty("tasks").EnumerateArray().SelectMany(t => t.GetProperty("attempts").EnumerateArray())
        .Select(a => $"{a.GetProperty("number")} on {a.GetProperty("deviceName")} {a.GetProperty("state")} {(a.GetProperty("error") is { ValueKind: JsonValueKind.Object } e ? e.GetProperty("code") + ": " + e.GetProperty("detail") : "")}"));

    private async Task<JsonElement?> EndOfAsync(ChaosJob job, long since, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await mesh.Client.GetAsync($"/api/jobs/{job.Id}", cancellationToken);
            var known = answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : (JsonElement?)null;
            if (known is { } ended && HasEnded(ended))
            {
                return ended;
            }

            if (answer.StatusCode == HttpStatusCode.NotFound || Stopwatch.GetElapsedTime(since) > Patience)
            {
                _verdict.Lost++;
                _verdict.End("not ended");
                _verdict.Say($"{job.Tag} {job.Work} {job.Id}: lost: {(known is { } open ? $"{open.GetProperty("state")} after {Attempts(open)}" : answer.StatusCode)}");
                return null;
            }

            await Task.Delay(Step, TimeProvider.System, cancellationToken);
        }
    }

    private void CheckText(ChaosJob job, string text)
    {
        if (job.Expected is null)
        {
            return;
        }

        _verdict.Texts++;
        if (Compare(job.Expected, text) is var (missing, many) && missing + many > 0)
        {
            _verdict.WrongTexts++;
            (_verdict.CharsMissing, _verdict.CharsTooMany) = (_verdict.CharsMissing + missing, _verdict.CharsTooMany + many);
            _verdict.Say($"{job.Tag} {job.Work} {job.Id}: {missing} characters missing, {many} too many. Expected: {job.Expected} Got: {text}");
        }
    }

    private async Task CheckPictureAsync(ChaosJob job, JsonElement end, CancellationToken cancellationToken)
    {
        if (job.Picture is null)
        {
            return;
        }

        _verdict.Pictures++;
        var names = end.GetProperty("result").GetProperty("artifacts").EnumerateArray().Select(a => a.GetProperty("name").GetString()).ToList();
        var right = names.Count == 1 && (await mesh.Client.GetByteArrayAsync($"/api/jobs/{job.Id}/artifacts/{names[0]}", cancellationToken)).AsSpan().SequenceEqual(job.Picture);
        if (!right)
        {
            _verdict.WrongPictures++;
            _verdict.Say($"{job.Tag} {job.Work} {job.Id}: its files [{string.Join(' ', names)}] are not the one picture that the engine made.");
        }
    }

    // The journal as it is stored, and what a reader made of it while it was written.
    private async Task CheckEventsAsync(ChaosJob job, string text, JsonElement end, CancellationToken cancellationToken)
    {
        var stored = job with { Read = new Journal(), Connections = 0 };
        await clients.ReadAsync(stored, cancellationToken);
        (_verdict.EndedTwice, _verdict.WentOn) = (_verdict.EndedTwice + stored.Read.DoubledEnds, _verdict.WentOn + stored.Read.WentOn);
        if (!stored.Read.IsSound || !stored.Read.IsOver)
        {
            _verdict.Say($"{job.Tag} {job.Work} {job.Id}: its journal: {Words(stored.Read)}");
        }

        if (job.Read is not { IsOver: true } read)
        {
            return;
        }

        (_verdict.Readers, _verdict.ReadersAgain) = (_verdict.Readers + 1, _verdict.ReadersAgain + (job.Connections > 1 ? 1 : 0));
        var task = end.GetProperty("tasks")[0];
        var right = task.GetProperty("attempts").EnumerateArray().Last(a => a.GetProperty("state").GetString() == "Succeeded").GetProperty("number").GetInt32();
        var isSame = read.TextOf(task.GetProperty("id").GetString()!, right) == text;
        if (!read.IsSound || !isSame)
        {
            _verdict.WrongReaders++;
            _verdict.Say($"{job.Tag} {job.Work} {job.Id}: a reader over {job.Connections} connections: {Words(read)}; its text is {(isSame ? "right" : "another")}");
        }
    }

    private static string Words(Journal journal) =>
        $"{journal.Repeated} events again, {journal.LeftOut} left out, {journal.Misplaced} pieces of text misplaced, {journal.DoubledEnds} ends doubled, {(journal.IsOver ? "over" : "not over")}";

    private async Task CountDoublesAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, int>();
        for (var cursor = (string?)null; ;)
        {
            var page = await mesh.Client.GetFromJsonAsync<JsonElement>($"/api/jobs?limit=200{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", cancellationToken);
            foreach (var job in page.GetProperty("items").EnumerateArray())
            {
                var tag = job.GetProperty("title").GetString()!.Split(' ')[0];
                counts[tag] = counts.GetValueOrDefault(tag) + 1;
            }

            cursor = page.GetProperty("nextCursor").GetString();
            if (cursor is null)
            {
                break;
            }
        }

        foreach (var (tag, count) in counts.Where(c => c.Value > 1 && clients.Jobs.Any(j => j.Tag == c.Key)))
        {
            _verdict.AcceptedTwice += count - 1;
            _verdict.Say($"{tag} was accepted {count} times for one Idempotency-Key.");
        }
    }
}
