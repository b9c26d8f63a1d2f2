using System.Collections.Concurrent;
using System.Threading.Channels;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;
using Orleans.Concurrency;
using Wire = EdgeMesh.Core.Contracts;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Talks to a device about one attempt and turns what it says into events for the job. Reports of one job go in order and gathered: while one
/// waits for its commit the next ones pile up and go together.
/// </summary>
public sealed class AttemptRunner(IGrainFactory grains, JobFeed feed, OrchestratorOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<JobId, Channel<JobEvent>> _reports = new();

    /// <summary>Starts an attempt; returns at once.</summary>
    public void Run(IDeviceLink link, AttemptOrder order, string deviceName) => _ = Task.Run(() => RunAsync(link, order, deviceName));

    /// <summary>Asks the device to stop an attempt; its stream tells how it ended.</summary>
    public void Cancel(IDeviceLink link, AttemptId attempt) => _ = Task.Run(async () =>
    {
        try
        {
            await link.Client.CancelTaskAsync(new CancelRequest { JobId = attempt.Job.Value, TaskId = attempt.Task.Value, Attempt = attempt.Number });
        }
        catch (RpcException)
        {
            // The link broke: the attempt fails as lost.
        }
    });

    /// <summary>Attempts that the device never got, or that were lost with it.</summary>
    public Task RefuseAsync(IReadOnlyList<AttemptOrder> orders, ReasonCode reason, string cause)
    {
        foreach (var order in orders)
        {
            Report(order.Id.Job, Failed(order, reason, cause));
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(IDeviceLink link, AttemptOrder order, string deviceName)
    {
        JobEvent end;
        Receipt? receipt = null;
        try
        {
            end = await FollowAsync(link, order, deviceName);
            receipt = (end as AttemptSucceeded)?.Receipt;
        }
        catch (RpcException e)
        {
            end = link.Closed.IsCancellationRequested || e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled
                ? Failed(order, ReasonCode.Lost, $"The link to {deviceName} broke.")
                : Failed(order, ReasonCode.Internal, $"{deviceName} answered with {e.StatusCode}.");
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException or HttpRequestException)
        {
            end = Failed(order, ReasonCode.Lost, $"The link to {deviceName} broke.");
        }

        feed.Progress(order.Id, null);
        Report(order.Id.Job, end);
        await grains.GetGrain<IDeviceGrain>(order.Placement.Device.Value).EndedAsync(order.Id, receipt, Elapsed(order));
    }

    private async Task<JobEvent> FollowAsync(IDeviceLink link, AttemptOrder order, string deviceName)
    {
        var offset = 0;
        using var call = link.Client.RunTask(TaskWire.Request(order), cancellationToken: link.Closed);
        await foreach (var frame in call.ResponseStream.ReadAllAsync(link.Closed))
        {
            foreach (var update in frame.Updates)
            {
                switch (update.UpdateCase)
                {
                    case TaskUpdate.UpdateOneofCase.Accepted when update.Accepted.Started:
                        Report(order.Id.Job, new AttemptStarted(time.GetUtcNow(), order.Id.Task, order.Id.Number));
                        break;
                    case TaskUpdate.UpdateOneofCase.Text when offset + update.Text.Length > options.MaxOutputChars:
                        Cancel(link, order.Id);
                        return Failed(order, ReasonCode.BadOutput, $"{deviceName} wrote more than {options.MaxOutputChars:N0} characters.");
                    case TaskUpdate.UpdateOneofCase.Text:
                        Report(order.Id.Job, new OutputAppended(time.GetUtcNow(), order.Id.Task, order.Id.Number, offset, update.Text, null));
                        offset += update.Text.Length;
                        break;
                    case TaskUpdate.UpdateOneofCase.Progress:
                        feed.Progress(order.Id, new LiveProgress(Math.Clamp(update.Progress.Fraction, 0, 1), update.Progress.Note));
                        break;
                    case TaskUpdate.UpdateOneofCase.Receipt:
                        return new AttemptSucceeded(time.GetUtcNow(), order.Id.Task, order.Id.Number, Elapsed(order), TaskWire.Receipt(update.Receipt, order, deviceName));
                    case TaskUpdate.UpdateOneofCase.Failure:
                        return Failed(order, ReasonCodes.Parse(update.Failure.Reason), $"{deviceName}: {update.Failure.Cause}");
                }
            }
        }

        return Failed(order, ReasonCode.BadOutput, $"{deviceName} ended without a receipt.");
    }

    private AttemptFailed Failed(AttemptOrder order, ReasonCode reason, string cause) =>
        new(time.GetUtcNow(), order.Id.Task, order.Id.Number, Elapsed(order), reason, cause, order.Placement.Device);

    private double Elapsed(AttemptOrder order) => (time.GetUtcNow() - order.PlacedAt).TotalMilliseconds;

    private void Report(JobId job, JobEvent change)
    {
        var channel = _reports.GetOrAdd(job, id =>
        {
            var made = Channel.CreateUnbounded<JobEvent>(new UnboundedChannelOptions { SingleReader = true });
            _ = Task.Run(() => DeliverAsync(id, made));
            return made;
        });
        if (!channel.Writer.TryWrite(change))
        {
            Report(job, change);
        }
    }

    // Lives while the job has something to say: it ends, and a new one is made on demand, when nothing came for a moment.
    private async Task DeliverAsync(JobId job, Channel<JobEvent> channel)
    {
        var grain = grains.GetGrain<IJobGrain>(job.Value);
        var gathered = ImmutableArray.CreateBuilder<JobEvent>();
        while (true)
        {
            gathered.Clear();
            while (gathered.Count < 1_000 && channel.Reader.TryRead(out var change))
            {
                gathered.Add(change);
            }

            if (gathered.Count > 0)
            {
                await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(gathered.ToImmutable()));
                continue;
            }

            using var idle = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            try
            {
                await channel.Reader.WaitToReadAsync(idle.Token);
            }
            catch (OperationCanceledException)
            {
                _reports.TryRemove(new KeyValuePair<JobId, Channel<JobEvent>>(job, channel));
                channel.Writer.TryComplete();
                if (channel.Reader.Count == 0)
                {
                    return;
                }
            }
        }
    }
}

/// <summary>Attempts to protobuf and receipts back.</summary>
internal static class TaskWire
{
    private const string CodeSystem = "You write code. Answer with one fenced code block and at most a few sentences of explanation.";

    public static Wire.TaskRequest Request(AttemptOrder order)
    {
        var request = new Wire.TaskRequest
        {
            JobId = order.Id.Job.Value,
            TaskId = order.Id.Task.Value,
            Attempt = order.Id.Number,
            RuntimeId = order.Placement.RuntimeId,
            ModelId = order.Placement.ModelId,
            Text = order.InputText,
            Kind = order.Task.Kind switch
            {
                TaskKind.Sysinfo => TaskKindValue.Sysinfo,
                TaskKind.Echo => TaskKindValue.Echo,
                TaskKind.ImageGenerate => TaskKindValue.ImageGenerate,
                _ => TaskKindValue.LlmGenerate,
            },
        };
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
                request.Generate.Messages.Add(new Message { Role = "system", Content = o.Language is null ? CodeSystem : $"{CodeSystem} The language is {o.Language}." });
                request.Generate.Messages.Add(new Message { Role = "user", Content = order.InputText });
                request.Text = "";
                break;
        }

        return request;
    }

    public static Receipt Receipt(TaskReceipt r, AttemptOrder order, string deviceName) => new(
        order.Placement.Device, deviceName, r.RuntimeId, r.ModelId,
        Enum.TryParse<AcceleratorKind>(r.Accelerator, out var kind) ? kind : null, r.AcceleratorNote,
        r.HasPromptTokens ? r.PromptTokens : null, r.HasOutputTokens ? r.OutputTokens : null, r.HasInputUnits ? r.InputUnits : null, r.HasOutputUnits ? r.OutputUnits : null,
        r.HasFirstOutputMs ? r.FirstOutputMs : null, Finite(r.QueueMs), Finite(r.RunMs), r.HasPeakRamMb ? r.PeakRamMb : null, r.AgentVersion, r.Note.Length == 0 ? null : r.Note);

    private static double Finite(double value) => double.IsFinite(value) && value > 0 ? value : 0;

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
