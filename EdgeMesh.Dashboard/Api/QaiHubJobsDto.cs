using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A tracked job of the service.</summary>
/// <param name="State">WaitingForPlace, Created, Optimizing, Provisioning, Measuring, RunningInference, Quantizing, Linking, Done, Failed or Unknown.</param>
/// <param name="Error">Why it failed, in the service's words, with the remedy that is known.</param>
/// <param name="Trouble">What went wrong on this side.</param>
/// <param name="FollowedBy">The profile job after a compile job; null when there is none yet.</param>
/// <param name="Source">service, emulator or unknown: who said all this. Only service is Qualcomm's.</param>
/// <param name="Owner">E-mail address of the person whose job it is; null when not told.</param>
/// <param name="Inputs">The inputs it is for; of a compile job those of the compiled model, where they are known.</param>
/// <param name="Waiting">Why it is not at the service yet, or why its profile job is not; null when nothing is waited for.</param>
/// <param name="Dataset">The data set that went in.</param>
/// <param name="OutputDataset">The data set with the outputs of an inference job.</param>
public sealed record HubJobDto(
    string Id, string Kind, string State, string Name, string Device, string Os, string ModelId, string ModelName, string? TargetModelId, string? Runtime, string Options, HubJobErrorDto? Error, Problem? Trouble,
    string? Follows, string? FollowedBy, IReadOnlyList<HubStepDto> Steps, HubProfileDto? Profile, HubArtifactDto? Artifact, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt,
    string Source, string? Owner, IReadOnlyList<HubInputDto> Inputs, HubWaitDto? Waiting, string? Dataset, string? OutputDataset)
{
    internal static HubJobDto From(TrackedJob j) => new(
        j.Id, j.Kind.ToString(), j.State.ToString(), j.Name, j.Device, j.Os, j.ModelId, j.ModelName, j.TargetModelId, j.Runtime, j.Options, j.Failure is null ? null : new HubJobErrorDto(j.Failure, j.Remedy), j.Trouble,
        j.ParentId, j.Then?.JobId, [.. j.Steps.Select(s => new HubStepDto(s.State.ToString(), s.At))], j.Profile is { } p ? HubProfileDto.From(p) : null,
        j.Artifact is { } a ? new HubArtifactDto(a.FileName, a.Bytes, a.Sha256) : null, j.CreatedAt, j.FinishedAt,
        SourceOf(j.Source), j.Owner, InputsOf(j), j.Wait is { } w ? new HubWaitDto(w.Words, w.Until) : null, j.DatasetId, j.OutputDatasetId);

    /// <summary>As the API says it.</summary>
    internal static string SourceOf(HubSource source) => source.ToString().ToLowerInvariant();

    private static IReadOnlyList<HubInputDto> InputsOf(TrackedJob job) =>
        HubArtifactInputs.Of(job).All is { } all ? [.. all.Select(i => new HubInputDto(i.Name, i.Shape, i.Type))] : [];
}

/// <summary>Waiting for a place at the service.</summary>
/// <param name="Detail">Why, in the service's words.</param>
/// <param name="RetryAt">When it is asked again.</param>
public sealed record HubWaitDto(string Detail, DateTimeOffset RetryAt);

public sealed record HubJobErrorDto(string Detail, string? Remedy);

public sealed record HubStepDto(string State, DateTimeOffset At);

/// <summary>The compiled model on the dashboard's disk.</summary>
public sealed record HubArtifactDto(string FileName, long Bytes, string Sha256);

/// <summary>What a profile job measured.</summary>
/// <param name="PeakMemoryBytes">The upper bound; 0 when not told.</param>
/// <param name="Units">Layers by NPU, GPU and CPU.</param>
public sealed record HubProfileDto(
    double InferenceMs, long PeakMemoryBytes, double? FirstLoadMs, double? WarmLoadMs, int Runs, IReadOnlyDictionary<string, int> Units, IReadOnlyList<HubLayerDto> Layers, IReadOnlyList<string> Tools)
{
    internal static HubProfileDto From(HubProfile p) => new(
        p.Inference.TotalMilliseconds, p.PeakMemory.Upper, p.FirstLoad?.TotalMilliseconds, p.WarmLoad?.TotalMilliseconds, p.AllInferences.Length,
        p.Units.ToDictionary(u => Unit(u.Unit), u => u.Layers), [.. p.Layers.Select(l => new HubLayerDto(l.Name, l.Type, Unit(l.Unit), l.Time?.TotalMilliseconds))], p.Tools);

    private static string Unit(ComputeUnit unit) => unit.ToString().ToUpperInvariant();
}

public sealed record HubLayerDto(string Name, string Type, string Unit, double? Ms);

/// <summary>An input with its static shape; one without sizes is a scalar.</summary>
/// <param name="Type">float32, float16, int32, int64, int8, uint8, int16, uint16 or bool.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubInputDto(string? Name, IReadOnlyList<long>? Shape, string? Type);

/// <summary>A job to submit.</summary>
/// <param name="Kind">compile, profile, inference, quantize or link.</param>
/// <param name="Model">Id of the model; for link see <paramref name="Models"/>.</param>
/// <param name="Device">Name of a device of the catalogue.</param>
/// <param name="Os">Version of its system, where the name is there more than once.</param>
/// <param name="Runtime">compile: tflite, onnx, qnn_dlc, qnn_context_binary or precompiled_qnn_onnx.</param>
/// <param name="Inputs">compile: empty takes those of the model, where they are known.</param>
/// <param name="Options">As on a command line, without --target_runtime.</param>
/// <param name="Profile">compile: a profile job follows.</param>
/// <param name="ProfileOptions">compile: those of that profile job.</param>
/// <param name="Dataset">inference and quantize: id of a data set of the service; compile: one to calibrate with.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HubJobWishDto(
    string? Kind, string? Model = null, IReadOnlyList<string>? Models = null, string? Device = null, string? Os = null, string? Runtime = null, IReadOnlyList<HubInputDto>? Inputs = null, string? Options = null,
    bool Profile = false, string? ProfileOptions = null, string? Dataset = null, string? Weights = null, string? Activations = null, string? Name = null)
{
    /// <summary>The order, or what is wrong with the body.</summary>
    internal (HubOrder? Order, Problem? Wrong) Read()
    {
        if (Kind is not ("compile" or "profile" or "inference" or "quantize" or "link"))
        {
            return (null, ApiProblems.BodyWrong("kind must be compile, profile, inference, quantize or link.", "kind"));
        }

        if (Kind != "link" && string.IsNullOrWhiteSpace(Model))
        {
            return (null, ApiProblems.BodyWrong($"A {Kind} job needs the field model.", "model"));
        }

        if (Kind is "compile" or "profile" or "inference" && string.IsNullOrWhiteSpace(Device))
        {
            return (null, ApiProblems.BodyWrong($"A {Kind} job needs the field device.", "device"));
        }

        var inputs = ImmutableArray.CreateBuilder<TensorSpec>();
        foreach (var input in Inputs ?? [])
        {
            if (input is not { Name: { Length: > 0 } name, Shape: { } shape } || shape.Any(d => d < 1) || HubTypes.Parse(input.Type) is not { } type)
            {
                return (null, ApiProblems.BodyWrong(
                    $"{(input?.Name is { Length: > 0 } which ? $"The input \"{which}\"" : "Every input")} needs a name, a shape of numbers from 1 on ([] for a scalar), and a type ({string.Join(", ", HubTypes.All)}).", "inputs"));
            }

            inputs.Add(new TensorSpec(name, [.. shape.Select(d => new TensorDim(d))], type));
        }

        var (model, device, os, options, title) = (Model ?? "", Device ?? "", Os ?? "", Options ?? "", Name ?? "");
        return (Kind switch
        {
            "compile" => new CompileOrder(model, device, os, Runtime ?? "", inputs.ToImmutable(), options, Profile ? ProfileOptions ?? "" : null, title, Dataset),
            "profile" => new ProfileOrder(model, device, os, options, title),
            "inference" => new InferenceOrder(model, device, os, Dataset ?? "", options, title),
            "quantize" => new QuantizeOrder(model, Dataset ?? "", Weights ?? "", Activations ?? "", options, title),
            _ => new LinkOrder([.. Models ?? []], Device, Os, options, title),
        }, null);
    }
}
