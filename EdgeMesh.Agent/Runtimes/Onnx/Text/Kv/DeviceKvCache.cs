using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;

/// <summary>For accelerators with memory of their own: presents stay where the provider put them and are bound again as pasts.</summary>
internal sealed class DeviceKvCache : IKvCache
{
    private readonly ImmutableArray<KvSlot> _slots;
    private readonly Dictionary<string, int> _byPresent;
    private readonly OrtMemoryInfo _memory;
    private readonly NativeBuffer _nothing = new();
    private readonly OrtValue?[] _past;
    private int _tokens;

    public DeviceKvCache(ImmutableArray<KvSlot> slots, string memory)
    {
        _slots = slots;
        _byPresent = slots.Select((s, i) => (s.Present, i)).ToDictionary(p => p.Present, p => p.i, StringComparer.Ordinal);
        _memory = new(memory, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
        _past = new OrtValue?[slots.Length];
        _nothing.Reserve(0);
    }

    public long Bytes => _slots.Sum(s => (long)s.BytesPerToken) * _tokens;

    public void Bind(OrtIoBinding binding, int past, int added)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            var slot = _slots[i];
            binding.BindInput(slot.Past, _past[i] ??= _nothing.Tensor(slot.Type, [1, slot.Heads, 0, slot.HeadSize], slot.ElementBytes));
            binding.BindOutputToDevice(slot.Present, _memory);
        }

        _tokens = past + added;
    }

    public void Advance(OrtIoBinding binding)
    {
        var names = binding.GetOutputNames();
        // Not disposed as a whole: the cache tensors live on as the next pasts.
        var values = binding.GetOutputValues();
        for (var i = 0; i < names.Length; i++)
        {
            var value = values.ElementAt(i);
            if (_byPresent.TryGetValue(names[i], out var slot))
            {
                _past[slot]?.Dispose();
                _past[slot] = value;
            }
            else
            {
                value.Dispose();
            }
        }
    }

    public void Reset()
    {
        for (var i = 0; i < _past.Length; i++)
        {
            _past[i]?.Dispose();
            _past[i] = null;
        }

        _tokens = 0;
    }

    public void Dispose()
    {
        Reset();
        _memory.Dispose();
        _nothing.Dispose();
    }
}
