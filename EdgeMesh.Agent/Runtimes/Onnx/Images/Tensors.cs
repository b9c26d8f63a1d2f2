using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>Numbers in and out of ONNX Runtime, in the element type that the model wants.</summary>
internal static class Tensors
{
    /// <summary>A tensor of these values, converted to <paramref name="type"/>.</summary>
    public static OrtValue Of(ReadOnlySpan<float> values, TensorElementType type, params long[] shape)
    {
        var tensor = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        switch (type)
        {
            case TensorElementType.Float:
                values.CopyTo(tensor.GetTensorMutableDataAsSpan<float>());
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorMutableDataAsSpan<Float16>()));
                break;
            case TensorElementType.Double:
                TensorPrimitives.ConvertChecked(values, tensor.GetTensorMutableDataAsSpan<double>());
                break;
            case TensorElementType.Int64:
                TensorPrimitives.ConvertChecked(values, tensor.GetTensorMutableDataAsSpan<long>());
                break;
            case TensorElementType.Int32:
                TensorPrimitives.ConvertChecked(values, tensor.GetTensorMutableDataAsSpan<int>());
                break;
            default:
                tensor.Dispose();
                throw new TaskFailedException(ReasonCode.Unsupported, $"The model takes numbers of the type {type}, which this agent does not make.");
        }

        return tensor;
    }

    /// <summary>The tensor's values as single precision.</summary>
    public static float[] Read(OrtValue tensor)
    {
        var info = tensor.GetTensorTypeAndShape();
        switch (info.ElementDataType)
        {
            case TensorElementType.Float:
                return tensor.GetTensorDataAsSpan<float>().ToArray();
            case TensorElementType.Float16:
                var half = MemoryMarshal.Cast<Float16, Half>(tensor.GetTensorDataAsSpan<Float16>());
                var values = new float[half.Length];
                TensorPrimitives.ConvertToSingle(half, values);
                return values;
            default:
                throw new TaskFailedException(ReasonCode.Unsupported, $"The model answers with numbers of the type {info.ElementDataType}, which this agent does not read.");
        }
    }
}
