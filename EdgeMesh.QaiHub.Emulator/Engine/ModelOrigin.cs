using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>Where a model comes from: the upload at the beginning, whose graph is known, and the compile job that made it, if one did.</summary>
internal sealed record ModelOrigin(ModelEntry Model, ModelEntry Upload, CompileJob? Compiled)
{
    public static ModelOrigin Of(EmulatorState state, ModelEntry model) => new(
        model,
        model.Source is { } source ? state.Models.Required(source) : model,
        state.Jobs.Find(model.Wire.ProducerId)?.Wire.CompileJob);

    /// <summary>The upload's graph; fails the job when it is no ONNX.</summary>
    public OnnxGraph Graph(AssetFolder assets) =>
        Upload.Wire.ModelType is ModelType.Onnx or ModelType.AimetOnnx ? OnnxGraph.Read(assets, Upload.Asset!)
        : throw new JobFailure(JobFailureType.Unsupported, "This emulator reads ONNX models only: it cannot tell the layers of this one. Upload an ONNX model, or use the service itself.");

    /// <summary>What runs this model on a device.</summary>
    public TargetRuntime RuntimeFor(CatalogueDevice device) => Model.Wire.ModelType switch
    {
        ModelType.Tflite => TargetRuntime.TfLite,
        ModelType.QnnDlc => TargetRuntime.Dlc,
        ModelType.QnnContextBinary => TargetRuntime.ContextBinary,
        ModelType.Onnx when Compiled is { } job => TargetRuntime.Of(JobOptions.Parse(JobType.Compile, job.Options), device),
        ModelType.Onnx => TargetRuntime.Onnx,
        var other => throw new JobFailure(JobFailureType.Unsupported, $"A model of type {other} must be compiled before it can run on a device."),
    };

    /// <summary>A context binary runs only on the chipset it was made for.</summary>
    public void RequireSameChip(CatalogueDevice device)
    {
        string? made = Model.Wire.Metadata?.Entries.GetValueOrDefault((uint)ModelMetadataKey.QnnContextBinSocModel);
        if (made is not null && made != device.Chipset.SocModel)
        {
            throw new JobFailure(JobFailureType.DspVersionMismatch, $"The model was compiled for another chipset (SoC model {made}) than that of '{device.Name}' (SoC model {device.Chipset.SocModel ?? "none"}).");
        }
    }
}
