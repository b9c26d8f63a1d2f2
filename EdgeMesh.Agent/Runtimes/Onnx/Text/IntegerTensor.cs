using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>An input of whole numbers, [1, length] or a scalar, in a buffer that is used again.</summary>
internal sealed class IntegerTensor(IntegerInput input) : IDisposable
{
    private readonly NativeBuffer _buffer = new();
    private OrtValue? _value;
    private int _length = -1;

    /// <summary>One number for each token: <paramref name="first"/>, <paramref name="first"/> + <paramref name="step"/>, …</summary>
    public void Bind(OrtIoBinding binding, int length, int first, int step)
    {
        Reserve(length);
        for (var i = 0; i < length; i++)
        {
            Set(i, first + (i * step));
        }

        binding.BindInput(input.Name, _value!);
    }

    public void Bind(OrtIoBinding binding, ReadOnlySpan<int> numbers)
    {
        Reserve(numbers.Length);
        for (var i = 0; i < numbers.Length; i++)
        {
            Set(i, numbers[i]);
        }

        binding.BindInput(input.Name, _value!);
    }

    public void BindScalar(OrtIoBinding binding, int number)
    {
        if (_value is null)
        {
            _buffer.Reserve(ElementBytes);
            _value = _buffer.Tensor(input.Type, [], ElementBytes);
        }

        Set(0, number);
        binding.BindInput(input.Name, _value);
    }

    public void Dispose()
    {
        _value?.Dispose();
        _buffer.Dispose();
    }

    private int ElementBytes => input.Type == TensorElementType.Int64 ? sizeof(long) : sizeof(int);

    private void Reserve(int length)
    {
        if (length == _length)
        {
            return;
        }

        _value?.Dispose();
        if (_buffer.Capacity < (long)length * ElementBytes)
        {
            // Room to grow: an attention mask gets one longer per token.
            _buffer.Reserve(2L * length * ElementBytes);
        }

        _value = _buffer.Tensor(input.Type, [1, length], ElementBytes);
        _length = length;
    }

    private void Set(int at, int number)
    {
        if (input.Type == TensorElementType.Int64)
        {
            _buffer.Span<long>(0, at + 1)[at] = number;
        }
        else
        {
            _buffer.Span<int>(0, at + 1)[at] = number;
        }
    }
}
