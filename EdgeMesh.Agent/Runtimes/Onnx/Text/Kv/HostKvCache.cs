using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;

/// <summary>
/// For models that write past and new tokens into a new tensor: two buffers per tensor take turns. They are our own because the runtime's
/// allocator would keep a freed block for nearly every length the sequence ever had.
/// </summary>
internal sealed class HostKvCache(ImmutableArray<KvSlot> slots) : IKvCache
{
    private const int GrowthTokens = 256;

    private readonly Pair[] _pairs = [.. slots.Select(s => new Pair(s))];
    private readonly long[] _shape = new long[4];

    public long Bytes => _pairs.Sum(p => p.Front.Capacity + p.Back.Capacity);

    public void Bind(OrtIoBinding binding, int past, int added)
    {
        var total = past + added;
        var capacity = (total + GrowthTokens - 1) / GrowthTokens * GrowthTokens;
        foreach (var pair in _pairs)
        {
            pair.Past ??= Empty(pair);
            binding.BindInput(pair.Slot.Past, pair.Past);
            pair.Present?.Dispose();
            if (pair.Back.Capacity < (long)total * pair.Slot.BytesPerToken)
            {
                pair.Back.Reserve((long)capacity * pair.Slot.BytesPerToken);
            }

            pair.Present = Tensor(pair.Back, pair.Slot, total);
            binding.BindOutput(pair.Slot.Present, pair.Present);
        }
    }

    public void Advance(OrtIoBinding binding)
    {
        foreach (var pair in _pairs)
        {
            pair.Past?.Dispose();
            (pair.Past, pair.Present) = (pair.Present, null);
            pair.Front.Swap(pair.Back);
        }
    }

    public void Reset()
    {
        foreach (var pair in _pairs)
        {
            pair.Past?.Dispose();
            pair.Past = null;
        }
    }

    public void Dispose()
    {
        foreach (var pair in _pairs)
        {
            pair.Past?.Dispose();
            pair.Present?.Dispose();
            pair.Front.Dispose();
            pair.Back.Dispose();
        }
    }

    private OrtValue Empty(Pair pair)
    {
        pair.Front.Reserve(0);
        return Tensor(pair.Front, pair.Slot, 0);
    }

    private OrtValue Tensor(NativeBuffer buffer, KvSlot slot, int tokens)
    {
        (_shape[0], _shape[1], _shape[2], _shape[3]) = (1, slot.Heads, tokens, slot.HeadSize);
        return buffer.Tensor(slot.Type, _shape, slot.ElementBytes);
    }

    private sealed class Pair(KvSlot slot)
    {
        public KvSlot Slot => slot;

        public NativeBuffer Front { get; } = new();

        public NativeBuffer Back { get; } = new();

        public OrtValue? Past { get; set; }

        public OrtValue? Present { get; set; }
    }
}
