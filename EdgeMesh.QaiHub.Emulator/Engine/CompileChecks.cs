using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.Profiles;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>What makes a compilation fail, in the service's words where they are known.</summary>
internal static class CompileChecks
{
    public static void Require(JobOptions options, TargetRuntime runtime, CatalogueDevice device)
    {
        runtime.RequireOn(device);
        if (options.Has("quantize_io") && runtime.IsDirectory)
        {
            throw JobOptions.Invalid("unrecognized arguments: --quantize_io");
        }

        options.Choices("compute_unit", "all", LayerPlacement.Units);
        options.Choice("quantize_full_type", "", "int8", "int16", "w8a16", "w4a8", "w4a16", "float16");
        if (options.Has("quantize_full_type") && runtime == TargetRuntime.Onnx)
        {
            throw new JobFailure(JobFailureType.InvalidArgument, $"The --quantize_full_type option is not supported for target_runtime='{runtime.Title}'.");
        }

        if (Frameworks.Resolve(options["qairt_version"]) is null)
        {
            throw JobOptions.Invalid($"argument --qairt_version: '{options["qairt_version"]}' is not available. Available versions: {string.Join(", ", Frameworks.Versions)}.");
        }
    }

    public static void Require(OnnxGraph graph, NamedTensorTypeList? given, JobOptions options, TargetRuntime runtime, CatalogueDevice device)
    {
        var specs = (given?.Types_ ?? []).GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First().TensorType);
        foreach (string name in specs.Keys.Where(name => graph.Inputs.All(i => i.Name != name)))
        {
            throw new JobFailure(JobFailureType.InvalidInputs, $"The model has no input '{name}'.");
        }

        foreach (var input in graph.Inputs)
        {
            RequireShape(input, specs.GetValueOrDefault(input.Name));
        }

        foreach (var tensor in graph.Inputs.Concat(graph.Outputs))
        {
            RequireType(tensor, options, runtime, device);
        }
    }

    private static void RequireShape(GraphTensor input, TensorType? spec)
    {
        bool fits = spec is null
            || (spec.Shape.Count == input.Shape.Count && spec.Shape.Zip(input.Shape).All(d => d.Second is null or <= 0 || d.First == (ulong)d.Second));
        if (!fits)
        {
            throw new JobFailure(JobFailureType.InvalidInputs, $"The shape given for input '{input.Name}' does not match the model's.");
        }

        if (spec is not null && spec.Dtype != TensorDtype.Unspecified && input.Dtype != TensorDtype.Unspecified && spec.Dtype != input.Dtype)
        {
            throw new JobFailure(JobFailureType.InvalidInputs, $"The type given for input '{input.Name}' ({spec.Dtype.ToString().ToLowerInvariant()}) does not match the model's ({input.Dtype.ToString().ToLowerInvariant()}).");
        }

        if (spec is null ? input.IsDynamic : spec.Shape.Contains(0UL))
        {
            throw new JobFailure(JobFailureType.ModelInvalid, $"Model input '{input.Name}' has dynamic shapes. Please use a static shape.");
        }
    }

    private static void RequireType(GraphTensor tensor, JobOptions options, TargetRuntime runtime, CatalogueDevice device)
    {
        bool quantizesIo = options.Has("quantize_full_type") && (options.Has("quantize_io") || options.Has("quantize_io_type"));
        if (tensor.IsFloat && runtime.NeedsQnn && !device.Chipset.Fp16 && !quantizesIo)
        {
            throw new JobFailure(
                JobFailureType.Unsupported,
                $"Tensor '{tensor.Name}' has a floating-point type which is not supported by the targeted device. Please quantize the model including its I/O and try again.");
        }

        if (tensor.IsInt64 && runtime != TargetRuntime.Onnx && !options.Has("truncate_64bit_io"))
        {
            throw new JobFailure(JobFailureType.Unsupported, $"Tensor '{tensor.Name}' has type int64, which is not supported for target_runtime='{runtime.Title}'. Use --truncate_64bit_io.");
        }
    }
}
