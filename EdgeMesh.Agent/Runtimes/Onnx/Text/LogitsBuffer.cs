using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Where a run writes its logits; only the last row is read.</summary>
internal sealed class LogitsBuffer(string name, TensorElementType type, int vocabulary) : IDisposable
{
    private const long MostKept = 64_000_000;

    private readonly NativeBuffer _buffer = new();
    private readonly float[] _converted = type == TensorElementType.Float16 ? new float[vocabulary] : [];
    private OrtValue? _value;
    private int _rows;

    private int ElementBytes => type == TensorElementType.Float16 ? 2 : 4;

    public void Bind(OrtIoBinding binding, int rows)
    {
        if (rows != _rows)
        {
            _value?.Dispose();
            // The rows of a long prompt can be hundreds of megabytes: not kept for the decoding that follows.
            if (rows < _rows && _buffer.Capacity > MostKept)
            {
                _buffer.Dispose();
            }

            _buffer.Reserve((long)rows * vocabulary * ElementBytes);
            _value = _buffer.Tensor(type, [1, rows, vocabulary], ElementBytes);
            _rows = rows;
        }

        binding.BindOutput(name, _value!);
    }

    /// <summary>The logits after the last token, free to be changed until the next run.</summary>
    public Span<float> Last()
    {
        var start = (long)(_rows - 1) * vocabulary;
        if (type == TensorElementType.Float)
        {
            return _buffer.Span<float>(start, vocabulary);
        }

        TensorPrimitives.ConvertToSingle(_buffer.Span<Half>(start, vocabulary), _converted);
        return _converted;
    }

    public void Dispose()
    {
        _value?.Dispose();
        _buffer.Dispose();
    }
}
