using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Turns wishes into jobs at the service: checks them, sends them, tracks them.</summary>
public sealed class HubOrders(HubClients clients, HubBoard board, HubReader catalogue, HubJobStore store, HubJobBook book, HubTracker tracker, TimeProvider time)
{
    private const int LongestName = 200;
    private const int LongestOptions = 2_000;

    /// <summary>What the service would refuse, and what may surprise; empty for a device that is not known.</summary>
    public async Task<ImmutableArray<HubFinding>> CheckAsync(HubOrder order, CancellationToken cancellationToken) =>
        order is CompileOrder compile && (await catalogue.GetAsync(now: false, cancellationToken)).Find(compile.Device, compile.Os) is { } device
            ? CompileChecks.Check(device, await InputsAsync(compile, cancellationToken), [], Line(compile))
            : [];

    public async Task<(TrackedJob? Job, Problem? Problem)> SubmitAsync(HubOrder order, CancellationToken cancellationToken)
    {
        if (clients.Client is not { Client: { } client })
        {
            return (null, clients.Client.Problem);
        }

        var (request, wrong) = await MakeAsync(order, cancellationToken);
        if (request is null)
        {
            return (null, wrong);
        }

        try
        {
            // From here on it is not given up when the person leaves: the job would be at the service and nowhere here.
            var id = await client.Jobs.CreateAsync(request, CancellationToken.None);
            var now = time.GetUtcNow();
            var device = request switch { CompileRequest c => c.Device, ProfileRequest p => p.Device, InferenceRequest i => i.Device, LinkRequest l => l.Device, _ => null };
            // The tracker may have seen it in a list already.
            var job = await book.ChangeAsync(id, before => (before ?? new TrackedJob(id, KindOf(order), HubJobState.Created, now) { Steps = [new HubStep(HubJobState.Created, now)] }) with
            {
                Name = request.Name,
                Device = device?.Name ?? "",
                Os = device?.Os ?? "",
                ModelId = order.ModelId,
                ModelName = NameOf(order.ModelId) ?? "",
                Options = request.Options,
                Runtime = order is CompileOrder compile ? compile.Runtime : book.RuntimeOf(order.ModelId),
                Then = order is CompileOrder { ThenProfile: { } options } ? new HubFollowUp(options, null) : null,
                ParentId = order is ProfileOrder ? board.Current.Jobs.Items.FirstOrDefault(j => j.TargetModelId == order.ModelId)?.Id : null,
                Here = true,
            }, CancellationToken.None);
            tracker.Wake();
            return (job, null);
        }
        catch (QaiHubException e)
        {
            return (null, HubProblems.Told("The job was not taken.", e));
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

    private async Task<(HubJobRequest? Request, Problem? Problem)> MakeAsync(HubOrder order, CancellationToken cancellationToken)
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

        var name = order.Name.Trim() is { Length: > 0 } given ? given : NameOf(order.ModelId) ?? order.ModelId;
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
                return CompileChecks.Check(device!, inputs, [], Line(compile)).FirstOrDefault(f => f.Blocks) is { } finding
                    ? (null, new Problem("check_failed", "The service would refuse this job.", finding.Cause, finding.Remedy))
                    : (new CompileRequest(compile.ModelId, device!, inputs, name, Line(compile).ToString()), null);
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
            case LinkOrder link when link.Models.Length < 2:
                return (null, Field("models", "There is nothing to link.", "Name two or more compiled models."));
            case LinkOrder link:
                return (new LinkRequest(link.Models, device, name, options), null);
            default:
                return (null, Field("kind", "There is no such kind of job.", "Give compile, profile, inference, quantize or link."));
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
