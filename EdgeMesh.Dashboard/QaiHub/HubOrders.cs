using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Turns wishes into jobs at the service: checks them, sends them, tracks them.</summary>
public sealed class HubOrders(HubClients clients, HubBoard board, HubReader catalogue, HubJobStore store, HubJobBook book, HubWaits waits, HubTracker tracker, TimeProvider time)
{
    private const int LongestName = 200;
    private const int LongestOptions = 2_000;

    // Each of them keeps its request and asks the service again and again.
    private const int MostWaiting = 20;

    /// <summary>What the service would refuse, and what may surprise; empty for a device that is not known.</summary>
    public async Task<ImmutableArray<HubFinding>> CheckAsync(HubOrder order, CancellationToken cancellationToken) =>
        order is CompileOrder compile && (await catalogue.GetAsync(now: false, cancellationToken)).Find(compile.Device, compile.Os) is { } device
            ? CompileChecks.Check(device, await InputsAsync(compile, cancellationToken), [], Line(compile), await OwnAsync(compile, cancellationToken))
            : [];

    public async Task<(TrackedJob? Job, Problem? Problem)> SubmitAsync(HubOrder order, CancellationToken cancellationToken)
    {
        if (clients.Client is not { Client: { } client })
        {
            return (null, clients.Client.Problem);
        }

        if (book.Waiting >= MostWaiting)
        {
            return (null, HubProblems.TooManyWait(MostWaiting));
        }

        var (request, wrong) = await MakeAsync(client, order, cancellationToken);
        if (request is null)
        {
            return (null, wrong);
        }

        try
        {
            // From here on it is not given up when the person leaves: the job would be at the service and nowhere here.
            var draft = Draft(order, request);
            var job = await waits.CreateAsync(client, request, draft, id => KeepAsync(id, draft));
            tracker.Wake();
            return (job, null);
        }
        catch (QaiHubException e)
        {
            return (null, e.Kind == HubFailure.NotFound ? await MissingAsync(client, request, e, cancellationToken) : HubProblems.Told("The job was not taken.", e));
        }
    }

    /// <summary>What is known of a job from its order.</summary>
    private TrackedJob Draft(HubOrder order, HubJobRequest request)
    {
        var now = time.GetUtcNow();
        var device = request switch { CompileRequest c => c.Device, ProfileRequest p => p.Device, InferenceRequest i => i.Device, LinkRequest l => l.Device, _ => null };
        return new TrackedJob("", KindOf(order), HubJobState.Created, now)
        {
            Steps = [new HubStep(HubJobState.Created, now)],
            Name = request.Name,
            Device = device?.Name ?? "",
            Os = device?.Os ?? "",
            ModelId = order.ModelId,
            ModelName = NameOf(order.ModelId) ?? request.Name,
            Options = request.Options,
            Runtime = order switch
            {
                CompileOrder compile => compile.Runtime,
                QuantizeOrder => TargetRuntimes.OfJob(JobType.Quantize, "")?.Value,
                LinkOrder => TargetRuntimes.OfJob(JobType.Link, "")?.Value,
                _ => book.RuntimeOf(order.ModelId),
            },
            Inputs = request is CompileRequest { Inputs: { IsDefault: false } inputs } ? inputs : [],
            DatasetId = order switch { InferenceOrder i => i.DatasetId, QuantizeOrder q => q.DatasetId, _ => null },
            Then = order is CompileOrder { ThenProfile: { } options } ? new HubFollowUp(options, null) : null,
            ParentId = order is ProfileOrder ? book.MakerOf(order.ModelId)?.Id : null,
            Source = board.Current.Source,
            Here = true,
        };
    }

    // The tracker may have seen it in a list already: what the service says of its state and times stays.
    private async Task<TrackedJob?> KeepAsync(string id, TrackedJob draft) => await book.ChangeAsync(
        id,
        seen => draft with
        {
            Id = id,
            State = seen?.State ?? draft.State,
            Steps = seen?.Steps ?? [new HubStep(HubJobState.Created, time.GetUtcNow())],
            TargetModelId = seen?.TargetModelId,
            FinishedAt = seen?.FinishedAt,
            Owner = seen?.Owner,
            Failure = seen?.Failure,
            Remedy = seen?.Remedy,
            Source = draft.Source.And(seen?.Source ?? HubSource.Unknown),
            WasSeenRunning = true,
        },
        CancellationToken.None);

    /// <summary>The service says that something is not there, and not what: it is looked for.</summary>
    private static async Task<Problem> MissingAsync(IQaiHubClient client, HubJobRequest request, QaiHubException told, CancellationToken cancellationToken)
    {
        string[] models = request switch
        {
            CompileRequest r => [r.ModelId],
            ProfileRequest r => [r.ModelId],
            InferenceRequest r => [r.ModelId],
            QuantizeRequest r => [r.ModelId],
            LinkRequest r => [.. r.ModelIds],
            _ => [],
        };
        var dataset = request switch { CompileRequest r => r.CalibrationDatasetId, InferenceRequest r => r.DatasetId, QuantizeRequest r => r.CalibrationDatasetId, _ => null };
        foreach (var model in models)
        {
            if (await IsMissingAsync(() => client.Models.GetAsync(model, cancellationToken)))
            {
                return HubProblems.ModelUnknown(model);
            }
        }

        return dataset is not null && await IsMissingAsync(() => client.Datasets.GetAsync(dataset, cancellationToken)) ? HubProblems.DatasetUnknown(dataset) : HubProblems.Told("The job was not taken.", told);
    }

    private static async Task<bool> IsMissingAsync(Func<Task> get)
    {
        try
        {
            await get();
            return false;
        }
        catch (QaiHubException e)
        {
            return e.Kind == HubFailure.NotFound;
        }
    }

    private static HubJobKind KindOf(HubOrder order) => order switch
    {
        CompileOrder => HubJobKind.Compile,
        ProfileOrder => HubJobKind.Profile,
        InferenceOrder => HubJobKind.Inference,
        QuantizeOrder => HubJobKind.Quantize,
        _ => HubJobKind.Link,
    };

    private static Problem Field(string field, string detail, string remedy) => new($"{field}_invalid", $"The field {field} is not valid.", detail, remedy, field);

    private static QuantizeDtype? Dtype(string text) => text.ToLowerInvariant() switch
    {
        "int8" => QuantizeDtype.Int8,
        "int4" => QuantizeDtype.Int4,
        "int16" => QuantizeDtype.Int16,
        _ => null,
    };

    private static OptionLine Line(CompileOrder order) => OptionLine.Parse(order.Options).With("--target_runtime", order.Runtime);

    private async Task<ImmutableArray<TensorSpec>> InputsAsync(CompileOrder order, CancellationToken cancellationToken) =>
        order.Inputs.IsDefaultOrEmpty ? await store.InputsAsync(clients.Key, order.ModelId, cancellationToken) : order.Inputs;

    /// <summary>The inputs that the model's file has; empty when it was not uploaded here.</summary>
    private Task<ImmutableArray<TensorSpec>> OwnAsync(CompileOrder order, CancellationToken cancellationToken) => store.InputsAsync(clients.Key, order.ModelId, cancellationToken);

    private async Task<(HubJobRequest? Request, Problem? Problem)> MakeAsync(IQaiHubClient client, HubOrder order, CancellationToken cancellationToken)
    {
        var options = OptionsOf(order);
        if (order.ModelId.Length == 0)
        {
            return (null, Field("model", "No model is named.", "Give the id of a model; the QAI Hub page lists them."));
        }

        if (order.Name.Length > LongestName || order.Name.Any(char.IsControl))
        {
            return (null, Field("name", $"It has more than {LongestName} characters, or control characters.", "Give a shorter name."));
        }

        if (options.Length > LongestOptions || options.Any(char.IsControl))
        {
            return (null, Field("options", $"They have more than {LongestOptions:N0} characters, or line breaks.", "Write them in one line, as on a command line."));
        }

        var (name, missing) = order.Name.Trim() is { Length: > 0 } given ? (given, null) : await NameAsync(client, order.ModelId, cancellationToken);
        if (missing is not null)
        {
            return (null, missing);
        }

        var (device, unknown) = await DeviceAsync(order, cancellationToken);
        if (unknown is not null)
        {
            return (null, unknown);
        }

        switch (order)
        {
            case CompileOrder compile when TargetRuntimes.Of(compile.Runtime) is null:
                return (null, HubProblems.RuntimeUnknown(compile.Runtime));
            case CompileOrder compile:
                var inputs = await InputsAsync(compile, cancellationToken);
                return Refusal(CompileChecks.Check(device!, inputs, [], Line(compile), await OwnAsync(compile, cancellationToken))) is { } refusal
                    ? (null, refusal)
                    : (new CompileRequest(compile.ModelId, device!, inputs, name, Line(compile).ToString(), string.IsNullOrEmpty(compile.DatasetId) ? null : compile.DatasetId), null);
            case ProfileOrder:
                return (new ProfileRequest(order.ModelId, device!, name, options), null);
            case InferenceOrder { DatasetId.Length: 0 }:
                return (null, Field("dataset", "No data set is named.", "Give the id of a data set of the service."));
            case InferenceOrder inference:
                return (new InferenceRequest(order.ModelId, inference.DatasetId, device!, name, options), null);
            case QuantizeOrder { DatasetId.Length: 0 }:
                return (null, Field("dataset", "No calibration data set is named.", "Give the id of a data set of the service."));
            case QuantizeOrder quantize:
                return Dtype(quantize.Weights) is not { } weights ? (null, Field("weights", $"\"{quantize.Weights}\" is no type of weights.", "Give int8 or int4."))
                    : Dtype(quantize.Activations) is not { } activations ? (null, Field("activations", $"\"{quantize.Activations}\" is no type of activations.", "Give int8 or int16."))
                    : (new QuantizeRequest(order.ModelId, quantize.DatasetId, weights, activations, name, options), null);
            case LinkOrder { Models.IsEmpty: true }:
                return (null, Field("models", "There is nothing to link.", "Name one or more models that were compiled to QNN DLC."));
            case LinkOrder link:
                return (new LinkRequest(link.Models, device, name, options), null);
            default:
                return (null, Field("kind", "There is no such kind of job.", "Give compile, profile, inference, quantize or link."));
        }
    }

    /// <summary>All findings that block, not only the first: else each would cost another try.</summary>
    private static Problem? Refusal(ImmutableArray<HubFinding> findings)
    {
        var blocking = findings.Where(f => f.Blocks).ToList();
        var field = blocking.Exists(f => f.About == "options" || f.About.StartsWith("--", StringComparison.Ordinal)) ? "options" : "inputs";
        return blocking.Count == 0 ? null : new Problem(
            "check_failed", "The service would refuse this job.", string.Join(' ', blocking.Select(f => f.Cause)), string.Join(' ', blocking.Select(f => f.Remedy).Distinct()), field);
    }

    /// <summary>A model's name for people; the service is asked when it is in no list that was read since the start.</summary>
    private async Task<(string Name, Problem? Missing)> NameAsync(IQaiHubClient client, string model, CancellationToken cancellationToken)
    {
        if (NameOf(model) is { Length: > 0 } known)
        {
            return (known, null);
        }

        try
        {
            return ((await client.Models.GetAsync(model, cancellationToken)).Name is { Length: > 0 } name ? name : model, null);
        }
        catch (QaiHubException e)
        {
            return e.Kind == HubFailure.NotFound ? ("", HubProblems.ModelUnknown(model)) : (model, null);
        }
    }

    private static string OptionsOf(HubOrder order) => order switch
    {
        CompileOrder o => o.Options,
        ProfileOrder o => o.Options,
        InferenceOrder o => o.Options,
        QuantizeOrder o => o.Options,
        LinkOrder o => o.Options,
        _ => "",
    };

    private async Task<(HubDevice? Device, Problem? Problem)> DeviceAsync(HubOrder order, CancellationToken cancellationToken)
    {
        var (name, os) = order switch
        {
            CompileOrder o => (o.Device, o.Os),
            ProfileOrder o => (o.Device, o.Os),
            InferenceOrder o => (o.Device, o.Os),
            LinkOrder { Device: { Length: > 0 } device } o => (device, o.Os),
            _ => (null, null),
        };
        if (name is null)
        {
            return (null, null);
        }

        var known = await catalogue.GetAsync(now: false, cancellationToken);
        return known.Find(name, os) is { } found ? (found, null) : (null, known.Problem ?? HubProblems.DeviceUnknown(os is { Length: > 0 } ? $"{name} ({os})" : name));
    }

    private string? NameOf(string model) =>
        board.Current.Models.Items.FirstOrDefault(m => m.Id == model)?.Name ?? board.Current.Jobs.Items.FirstOrDefault(j => j.TargetModelId == model)?.Name
        ?? board.Current.Transfers.FirstOrDefault(t => t.ModelId == model)?.About;
}
