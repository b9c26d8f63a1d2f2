using EdgeMesh.Core.Arrays;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>The inputs of a model, given or made, ready to run.</summary>
internal sealed class ModelInputs : IDisposable
{
    private readonly List<OrtValue> _values = [];
    private readonly List<Tensor> _told = [];

    private ModelInputs(IReadOnlyList<string> names) => Names = names;

    public IReadOnlyList<string> Names { get; }

    /// <summary>In the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<OrtValue> Values => _values;

    /// <summary>What they are, for the measurement.</summary>
    public IReadOnlyList<Tensor> Told => _told;

    /// <summary>Makes the inputs that the session wants.</summary>
    /// <exception cref="TaskFailedException">BadInput: what was given does not fit. Unsupported: the model wants something that is no tensor of numbers.</exception>
    public static ModelInputs Make(InferenceSession session, OnnxRun run, MeasureLimits limits)
    {
        var names = session.InputNames;
        var given = Given(run, names, limits);
        var inputs = new ModelInputs(names);
        try
        {
            var left = limits.InputBytes;
            for (var i = 0; i < names.Count; i++)
            {
                left = inputs.Add(names[i], session.InputMetadata[names[i]], given.GetValueOrDefault(names[i]), new Random(unchecked((int)run.Seed + i)), left);
            }

            return inputs;
        }
        catch
        {
            inputs.Dispose();
            throw;
        }
    }

    public void Dispose() => _values.ForEach(v => v.Dispose());

    private static Dictionary<string, Wanted> Given(OnnxRun run, IReadOnlyList<string> names, MeasureLimits limits)
    {
        try
        {
            return Read(run, names, limits);
        }
        catch (NpyException e)
        {
            throw Bad(e.Message);
        }
    }

    private static Dictionary<string, Wanted> Read(OnnxRun run, IReadOnlyList<string> names, MeasureLimits limits)
    {
        var given = new Dictionary<string, Wanted>(StringComparer.Ordinal);
        foreach (var input in run.Inputs)
        {
            var array = Npy.IsOne(input.Data.Span) ? Npy.Read(input.Data.Memory, input.Name) : null;
            given[input.Name] = new Wanted(array?.Shape ?? (input.Shape is { } shape ? [.. shape.Sizes] : null), array, array is null && !input.Data.IsEmpty ? input.Data.Memory : (ReadOnlyMemory<byte>?)null);
        }

        foreach (var (name, array) in run.Npz.IsEmpty ? [] : Npy.ReadArchive(run.Npz.Memory, limits.InputBytes))
        {
            given[name] = new Wanted(array.Shape, array, null);
        }

        return given.Keys.FirstOrDefault(n => !names.Contains(n)) is { } unknown
            ? throw Bad($"The model has no input {unknown}. Its inputs are {string.Join(", ", names)}.")
            : given;
    }

    // Bytes that are left for the others.
    private long Add(string name, NodeMetadata wants, Wanted? given, Random random, long left)
    {
        if (wants.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR || TensorTypes.Bytes(wants.ElementDataType) is not { } size)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, $"The input {name} is no tensor of numbers, so it can be neither made nor given.");
        }

        var shape = Shape(name, wants, given?.Shape);
        var bytes = shape.Aggregate((decimal)size, (product, side) => product > long.MaxValue ? product : product * side);
        if (bytes > left)
        {
            throw Bad($"The inputs would take more than is allowed: {name} is [{string.Join(", ", shape)}]. Give smaller sizes.");
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, wants.ElementDataType, shape);
        _values.Add(value);
        var type = TensorTypes.Name(wants.ElementDataType);
        if (Numbers(name, type, given) is { } numbers)
        {
            if (numbers.Length != bytes)
            {
                throw Bad($"{name} has {numbers.Length:N0} bytes; [{string.Join(", ", shape)}] of {type} has {bytes:N0}.");
            }

            numbers.Span.CopyTo(value.GetTensorMutableRawData());
        }
        else if (bytes > 0)
        {
            MadeNumbers.Fill(value.GetTensorMutableRawData(), wants.ElementDataType, random);
        }

        _told.Add(new Tensor { Name = name, Type = type, Shape = { shape }, Origin = given is { Array: not null } or { Plain: not null } ? "given" : "made" });
        return left - (long)bytes;
    }

    private static ReadOnlyMemory<byte>? Numbers(string name, string type, Wanted? given) =>
        given?.Array is { } array ? array.Type == type ? array.Numbers : throw Bad($"{name} is {array.Type}; the model wants {type}.") : given?.Plain;

    // Sizes the model leaves open are 1 unless they are given.
    private static long[] Shape(string name, NodeMetadata wants, ImmutableArray<long>? given)
    {
        var own = wants.Dimensions.Select(d => (long)d).ToArray();
        if (given is not { } sizes)
        {
            return [.. own.Select(d => d < 0 ? 1 : d)];
        }

        return sizes.Length == own.Length && sizes.Zip(own).All(s => s.Second < 0 ? s.First >= 0 : s.First == s.Second)
            ? [.. sizes]
            : throw Bad($"{name} is given as [{string.Join(", ", sizes)}]; the model wants [{string.Join(", ", own.Select(d => d < 0 ? "any" : $"{d}"))}].");
    }

    private static TaskFailedException Bad(string cause) => new(ReasonCode.BadInput, cause);

    private sealed record Wanted(ImmutableArray<long>? Shape, Npy? Array, ReadOnlyMemory<byte>? Plain);
}
