using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;

/// <summary>
/// For models whose caches go straight into GroupQueryAttention: past and present are one buffer [1, heads, capacity, head size]
/// that the operator writes the new tokens into, so nothing is copied per token.
/// </summary>
internal sealed class SharedKvCache(ImmutableArray<KvSlot> slots) : IKvCache
{
    private const int GrowthTokens = 256;

    private readonly NativeBuffer[] _buffers = [.. slots.Select(_ => new NativeBuffer())];
    private readonly OrtValue?[] _tensors = new OrtValue?[slots.Length];
    private int _capacity;

    public long Bytes => _buffers.Sum(b => b.Capacity);

    public void Bind(OrtIoBinding binding, int past, int added)
    {
        if (past + added > _capacity)
        {
            Grow(past, (past + added + GrowthTokens - 1) / GrowthTokens * GrowthTokens);
        }

        for (var i = 0; i < slots.Length; i++)
        {
            binding.BindInput(slots[i].Past, _tensors[i]!);
            binding.BindOutput(slots[i].Present, _tensors[i]!);
        }
    }

    public void Advance(OrtIoBinding binding)
    {
        // The new tokens are already behind the old ones.
    }

    public void Reset()
    {
        // Tokens beyond the attention mask are never read, so the buffers can stay.
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors)
        {
            tensor?.Dispose();
        }

        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }

    private void Grow(int past, int capacity)
    {
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            using var grown = new NativeBuffer();
            grown.Reserve((long)capacity * slot.BytesPerToken);
            var row = slot.HeadSize * slot.ElementBytes;
            for (var head = 0; head < slot.Heads && past > 0; head++)
            {
                _buffers[i].Span<byte>((long)head * _capacity * row, past * row).CopyTo(grown.Span<byte>((long)head * capacity * row, past * row));
            }

            _tensors[i]?.Dispose();
            _buffers[i].Swap(grown);
            _tensors[i] = _buffers[i].Tensor(slot.Type, [1, slot.Heads, capacity, slot.HeadSize], slot.ElementBytes);
        }

        _capacity = capacity;
    }
}
