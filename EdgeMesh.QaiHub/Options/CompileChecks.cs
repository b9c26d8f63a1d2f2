using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Options;

/// <summary>Something about a compile job that the service would refuse, or that will surprise.</summary>
/// <param name="Blocks">Whether the job would fail: it is better not sent.</param>
/// <param name="About">What it is about: an input's or an option's name, or "device".</param>
public sealed record HubFinding(bool Blocks, string About, string Cause, string Remedy)
{
    /// <summary>The failure of a job that is not sent because of it.</summary>
    public QaiHubException ToException() => new(HubFailure.CheckFailed, Cause, Remedy);
}

/// <summary>Looks at a compile job before it is sent: minutes of waiting for a failure that can be told at once.</summary>
public static class CompileChecks
{
    /// <summary>What is wrong, worst first; empty when nothing is.</summary>
    /// <param name="inputs">As they would be sent.</param>
    /// <param name="outputs">When known; else empty.</param>
    /// <param name="own">The inputs that the model itself says it has; empty when they are not known.</param>
    public static ImmutableArray<HubFinding> Check(HubDevice device, ImmutableArray<TensorSpec> inputs, ImmutableArray<TensorSpec> outputs, OptionLine options, ImmutableArray<TensorSpec> own = default)
    {
        var value = options["--target_runtime"];
        var runtime = value is null ? TargetRuntimes.Of(TargetRuntime.Tflite)! : TargetRuntimes.Of(value);
        var findings = Inputs(inputs).Concat(InputChecks.Against(own.IsDefault ? [] : own, inputs)).Concat(Line(options));
        findings = runtime is null
            ? findings.Append(Unknown(value!))
            : findings.Concat(Types(device, runtime, inputs, outputs, options)).Concat(Device(device, runtime)).Concat(Quantised(runtime, options));
        return [.. findings.OrderByDescending(f => f.Blocks)];
    }

    /// <summary>Fails with the first finding that blocks.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.CheckFailed"/>.</exception>
    public static void Require(ImmutableArray<HubFinding> findings)
    {
        if (findings.FirstOrDefault(f => f.Blocks) is { } finding)
        {
            throw finding.ToException();
        }
    }

    private static IEnumerable<HubFinding> Inputs(ImmutableArray<TensorSpec> inputs)
    {
        foreach (var input in inputs.Where(i => !i.IsStatic))
        {
            yield return InputChecks.Open(input);
        }

        foreach (var input in inputs.Where(i => i.Dtype == TensorDtype.Unspecified))
        {
            yield return new HubFinding(true, input.Name, $"Input '{input.Name}' has an element type that the service does not take.", "Export the model with float32, float16, bool or integers up to 64 bits.");
        }

        foreach (var name in inputs.GroupBy(i => i.Name).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            yield return new HubFinding(true, name, $"Two inputs are called '{name}'.", "Give each its own name.");
        }
    }

    private static IEnumerable<HubFinding> Line(OptionLine options)
    {
        if (options.Stray.Length > 0)
        {
            yield return new HubFinding(true, "options", $"\"{options.Stray}\" is no option.", "Options begin with two dashes.");
        }

        foreach (var (name, _) in options.Options.Where(o => HubOptions.Compile.All(k => k.Name != o.Name)))
        {
            yield return new HubFinding(false, name, $"EdgeMesh does not know {name}.", "It is sent as it is; the service says whether it knows it.");
        }
    }

    private static HubFinding Unknown(string value) => value.StartsWith("qnn_lib", StringComparison.Ordinal)
        ? new HubFinding(true, "--target_runtime", $"The target {value} is not offered any more.", "Use qnn_dlc or qnn_context_binary.")
        : new HubFinding(true, "--target_runtime", $"There is no target {value}.", $"Use one of {string.Join(", ", TargetRuntimes.All.Select(r => r.Value))}.");

    private static IEnumerable<HubFinding> Types(HubDevice device, RuntimeInfo runtime, ImmutableArray<TensorSpec> inputs, ImmutableArray<TensorSpec> outputs, OptionLine options)
    {
        var all = inputs.Select(t => (Kind: "Input", Tensor: t)).Concat(outputs.Select(t => (Kind: "Output", Tensor: t))).ToList();
        if (runtime.Runtime != TargetRuntime.Onnx && !options.Has("--truncate_64bit_io"))
        {
            foreach (var (kind, tensor) in all.Where(t => t.Tensor.Dtype == TensorDtype.Int64))
            {
                yield return new HubFinding(true, tensor.Name, $"{kind} '{tensor.Name}' is int64, which {runtime.Title} does not take.", "Add --truncate_64bit_io; the values must fit in 32 bits.");
            }
        }

        if (runtime.IsQnn && !device.SupportsFp16 && !QuantisesIo(options))
        {
            foreach (var (kind, tensor) in all.Where(t => t.Tensor.Dtype is TensorDtype.Float32 or TensorDtype.Float16))
            {
                yield return new HubFinding(true, tensor.Name, $"{kind} '{tensor.Name}' is floating point, and the NPU of {device.Name} has none.",
                    "Add --quantize_full_type int8 and --quantize_io, or choose a device with fp16.");
            }
        }
    }

    private static bool QuantisesIo(OptionLine options) =>
        options["--quantize_full_type"] is { } type && type != "float16" && (options.Has("--quantize_io") || options["--quantize_io_type"] is not null);

    private static IEnumerable<HubFinding> Device(HubDevice device, RuntimeInfo runtime)
    {
        if (device.Frameworks is { Length: > 0 } frameworks && !frameworks.Contains(runtime.Framework))
        {
            yield return new HubFinding(false, "device", $"{device.Name} does not list {runtime.Framework}, which {runtime.Title} needs.", $"It may be refused; the device lists {string.Join(", ", frameworks)}.");
        }
    }

    private static IEnumerable<HubFinding> Quantised(RuntimeInfo runtime, OptionLine options)
    {
        if (runtime.Runtime == TargetRuntime.Onnx && options["--quantize_full_type"] is not null)
        {
            yield return new HubFinding(true, "--quantize_full_type", "The target onnx does not take --quantize_full_type.", "Quantise with a quantize job first, or choose another target.");
        }
    }
}
