using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;

namespace EdgeMesh.Bench.Chaos;

/// <summary>
/// Models that are brought to devices: one that the ONNX jobs run, before the first fault; then one after another while everything is tormented. What the dashboard
/// has accepted (202) must be on its device in the end, without being asked for again.
/// </summary>
internal sealed class ModelMoves(ChaosMesh mesh, int seed)
{
    /// <summary>The model of the ONNX jobs.</summary>
    public const string Adder = "adder";

    // A dashboard lists 500 models of a device.
    private const int MostOfADevice = 400;
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Follows = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly ConcurrentQueue<Move> _moves = new();

    /// <summary>A model on its way.</summary>
    private sealed record Move(string Model, string Device, long Bytes);

    /// <summary>Accepted so far.</summary>
    public int Accepted => _moves.Count;

    /// <summary>The order that is not accepted yet, with the last answer to it; empty when there is none.</summary>
    public string Waiting { get; private set; } = "";

    /// <summary>Brings the model of the ONNX jobs to every device, in calm.</summary>
    /// <exception cref="TimeoutException">It did not arrive.</exception>
    public async Task BringAdderAsync(CancellationToken cancellationToken)
    {
        foreach (var device in await DevicesAsync(cancellationToken))
        {
            await MoveAsync(Adder, device, 0, cancellationToken);
        }

        var start = Stopwatch.GetTimestamp();
        while (await MissingAsync(cancellationToken) is [_, ..] missing)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"{missing[0]} did not arrive in calm.");
            }

            await Task.Delay(Again, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Sends model after model until it is told to stop; each to the next device, and the next when it has arrived or a minute is over.</summary>
    public async Task WorkAsync(CancellationToken stop)
    {
        var random = new Random(seed);
        var devices = await DevicesAsync(stop);
        for (var number = 1; number <= MostOfADevice * devices.Count && !stop.IsCancellationRequested; number++)
        {
            var model = $"moved-{number:0000}";
            await MoveAsync(model, devices[number % devices.Count], random.Next(1 << 20, 12 << 20), CancellationToken.None);
            for (var start = Stopwatch.GetTimestamp(); !stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start) < Follows && (await MissingAsync(CancellationToken.None)).Any(m => m.StartsWith(model, StringComparison.Ordinal));)
            {
                await Task.Delay(Again, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    /// <summary>Waits for what is on its way; returns what never arrived, in words.</summary>
    public async Task<IReadOnlyList<string>> JudgeAsync(CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Again, TimeProvider.System, cancellationToken))
        {
            var missing = await MissingAsync(cancellationToken);
            if (missing.Count == 0 || Stopwatch.GetElapsedTime(start) > Patience)
            {
                return missing;
            }
        }
    }

    // A program that makes itself be heard: what got no answer is asked again.
    private async Task MoveAsync(string model, string device, int padding, CancellationToken cancellationToken)
    {
        var content = TinyModel.WithNote(TinyModel.Add(dynamic: false), model.PadRight(padding, 'x'));
        for (var upload = (string?)null; ; await Task.Delay(Again, TimeProvider.System, cancellationToken))
        {
            try
            {
                if (upload is null)
                {
                    using var body = new ByteArrayContent(content);
                    using var kept = await mesh.Client.PostAsync($"/api/models/uploads?name={model}.onnx", body, cancellationToken);
                    upload = kept.StatusCode == HttpStatusCode.OK ? (await kept.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("upload").GetString() : null;
                    continue;
                }

                using var answer = await mesh.Client.PostAsJsonAsync("/api/models/install", new { deviceIds = new[] { device }, source = new { kind = "upload", upload } }, cancellationToken);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                {
                    _moves.Enqueue(new Move(model, device, content.Length));
                    Waiting = "";
                    return;
                }

                Waiting = $"{model} for {device} ({(int)answer.StatusCode})";

                // The upload was used by an order whose answer was lost.
                upload = answer.StatusCode == HttpStatusCode.BadRequest ? null : upload;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The dashboard is away.
                Waiting = $"{model} for {device} ({e.Message})";
            }
        }
    }

    private async Task<List<string>> DevicesAsync(CancellationToken cancellationToken) =>
        [.. (await mesh.Client.GetFromJsonAsync<JsonElement>("/api/devices", cancellationToken)).EnumerateArray().Select(d => d.GetProperty("id").GetString()!)];

    private async Task<IReadOnlyList<string>> MissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var all = await mesh.Client.GetFromJsonAsync<JsonElement>("/api/models", cancellationToken);
            var there = all.GetProperty("models").EnumerateArray()
                .SelectMany(m => m.GetProperty("devices").EnumerateArray().Where(d => d.GetProperty("stored").GetBoolean()).Select(d => (m.GetProperty("id").GetString(), d.GetProperty("deviceId").GetString(), d.GetProperty("bytes").GetInt64())))
                .ToHashSet();
            return [.. _moves.Where(m => !there.Contains((m.Model, m.Device, m.Bytes))).Select(m => $"{m.Model} to device {m.Device[..8]}")];
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return ["nothing is known: the dashboard is away"];
        }
    }
}
