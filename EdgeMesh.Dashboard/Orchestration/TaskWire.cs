using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Attempts to protobuf.</summary>
internal static class TaskWire
{
    public static AttemptRef Ref(AttemptId id) => new() { JobId = id.Job.Value, TaskId = id.Task.Value, Attempt = id.Number };

    /// <summary>The attempt that a device names; null when it is none that this dashboard can have made.</summary>
    public static AttemptId? Id(AttemptRef? told) =>
        told is { Attempt: > 0 } && JobId.TryParse(told.JobId, out var job) && TaskId.TryParse(told.TaskId, out var task) ? new AttemptId(job, task, told.Attempt) : null;

    public static CancelRequest Cancel(AttemptId id, long epoch) => new() { JobId = id.Job.Value, TaskId = id.Task.Value, Attempt = id.Number, Epoch = epoch };

    /// <param name="epoch">Of this start of the dashboard.</param>
    public static Wire.TaskRequest Request(AttemptOrder order, long epoch)
    {
        var request = new Wire.TaskRequest
        {
            Epoch = epoch,
            JobId = order.Id.Job.Value,
            TaskId = order.Id.Task.Value,
            Attempt = order.Id.Number,
            RuntimeId = order.Placement.RuntimeId,
            ModelId = order.Placement.ModelId,
            Text = order.InputText,
            TimeoutMs = order.Deadlines?.TimeoutMs ?? 0,
            StallMs = order.Deadlines?.StallMs ?? 0,
            Kind = order.Task.Kind switch
            {
                TaskKind.Sysinfo => TaskKindValue.Sysinfo,
                TaskKind.Echo => TaskKindValue.Echo,
                TaskKind.ImageGenerate => TaskKindValue.ImageGenerate,
                TaskKind.OnnxRun => TaskKindValue.OnnxRun,
                _ => TaskKindValue.LlmGenerate,
            },
        };
        if (order.SoFar is { } soFar)
        {
            request.SoFar = soFar;
        }

        switch (order.Task.Options)
        {
            case SummarizeOptions o:
                request.Summarize = new Summarize();
                if (o.Sentences is { } sentences)
                {
                    request.Summarize.Sentences = sentences;
                }

                if (o.Share is { } share)
                {
                    request.Summarize.Share = share;
                }

                break;
            case ChatOptions o:
                request.Generate = Generate(o.MaxTokens, o.Temperature, o.Seed);
                request.Generate.Messages.AddRange(o.Messages.Select(m => new Message { Role = m.Role, Content = m.Content }));
                if (order.InputText.Length > 0)
                {
                    request.Generate.Messages.Add(new Message { Role = "user", Content = order.InputText });
                    request.Text = "";
                }

                break;
            case CodeOptions o:
                request.Generate = Generate(o.MaxTokens, o.Temperature, o.Seed);
                request.Generate.Messages.Add(new Message { Role = "system", Content = Prompts.Code(o.Language) });
                request.Generate.Messages.Add(new Message { Role = "user", Content = order.InputText });
                request.Text = "";
                break;
            case ImageOptions o:
                request.Image = Image(o, order.Id.Task.Number);
                break;
            case OnnxOptions o:
                request.Onnx = OnnxWire.Run(o);
                break;
        }

        return request;
    }

    // 0 is the model's own; with a seed the images of a job count up from it, so that they differ and each can be made again.
    private static Wire.Image Image(ImageOptions options, int number)
    {
        var image = new Wire.Image
        {
            Width = options.Width ?? 0,
            Height = options.Height ?? 0,
            Steps = options.Steps ?? 0,
            NegativePrompt = options.NegativePrompt ?? "",
        };
        if (options.Seed is { } seed)
        {
            image.Seed = unchecked(seed + number - 1);
        }

        return image;
    }

    private static Generate Generate(int? maxTokens, double? temperature, long? seed)
    {
        var generate = new Generate();
        if (maxTokens is { } most)
        {
            generate.MaxTokens = most;
        }

        if (temperature is { } warmth)
        {
            generate.Temperature = warmth;
        }

        if (seed is { } number)
        {
            generate.Seed = number;
        }

        return generate;
    }
}
