using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Memory outside the managed heap that tensors lie in; grows, and forgets its content when it does.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64;

    private void* _memory;

    public long Capacity { get; private set; }

    /// <summary>Whether it had to move: tensors made before are then void.</summary>
    public bool Reserve(long bytes)
    {
        if (_memory != null && bytes <= Capacity)
        {
            return false;
        }

        Dispose();
        // Never empty: a tensor of no elements still wants an address.
        Capacity = Math.Max(bytes, (long)Alignment);
        _memory = NativeMemory.AlignedAlloc((nuint)Capacity, Alignment);
        return true;
    }

    /// <summary>A view of the first bytes as a tensor; valid until the buffer moves.</summary>
    public OrtValue Tensor(TensorElementType type, long[] shape, int elementBytes)
    {
        var bytes = (long)elementBytes;
        foreach (var dimension in shape)
        {
            bytes *= dimension;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Capacity);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (IntPtr)_memory, bytes);
    }

    public Span<T> Span<T>(long start, int length)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((start + length) * sizeof(T), Capacity);
        return new((T*)_memory + start, length);
    }

    public void Swap(NativeBuffer other)
    {
        var memory = _memory;
        _memory = other._memory;
        other._memory = memory;
        (Capacity, other.Capacity) = (other.Capacity, Capacity);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Capacity = 0;
    }
}
