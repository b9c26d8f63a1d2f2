using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Asks a server for an image.</summary>
internal sealed class ImageCall(HttpClient http)
{
    public async Task<TaskReceipt> RunAsync(Uri endpoint, string server, TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var wish = task.Image ?? new Image();
        var body = new JsonObject { ["model"] = task.ModelId, ["prompt"] = task.Text, ["n"] = 1, ["response_format"] = "b64_json" };
        if (wish is { Width: > 0, Height: > 0 })
        {
            body["size"] = $"{wish.Width}x{wish.Height}";
        }

        var image = await PaintAsync(endpoint, body, cancellationToken);
        if (image is null)
        {
            throw new TaskFailedException(ReasonCode.BadOutput, $"{server} answered without an image.");
        }

        output.Artifact($"image-{task.TaskId}{image.Extension}", image.ContentType, image.Bytes.Span);
        var asked = wish is { Steps: > 0 } or { HasSeed: true } or { NegativePrompt.Length: > 0 };
        return new TaskReceipt
        {
            AcceleratorNote = $"not reported by {server}",
            InputUnits = Math.Max(1, task.Text.Length),
            OutputUnits = 1,
            Note = asked ? "This protocol knows no steps, seed or negative prompt; they were not used." : "",
        };
    }

    // Newer models give nothing else than Base64 and refuse to be told so.
    private async Task<EngineImage?> PaintAsync(Uri endpoint, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
            using var answer = await http.SendAsync(request, cancellationToken);
            using var json = await answer.ReadJsonAsync(cancellationToken);
            if (ChatPiece.Error(json.RootElement, isError: false) is { } error)
            {
                throw error;
            }

            var image = json.RootElement.At("data").Items().FirstOrDefault();
            var address = image.At("url").Text();
            return EngineImage.FromBase64(image.At("b64_json").Text() ?? (address?.StartsWith("data:", StringComparison.OrdinalIgnoreCase) == true ? address : null))
                ?? (address is not null && Uri.TryCreate(endpoint, address, out var at) && at.Authority == endpoint.Authority && at.Scheme == endpoint.Scheme
                    ? EngineImage.Of(await http.GetByteArrayAsync(at, cancellationToken))
                    : null);
        }
        catch (EngineStatusException e) when (e.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && e.Message.Contains("response_format", StringComparison.Ordinal) && body.Remove("response_format"))
        {
            return await PaintAsync(endpoint, body, cancellationToken);
        }
    }
}
