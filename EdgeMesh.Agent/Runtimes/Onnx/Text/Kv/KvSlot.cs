using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;

/// <summary>One cache tensor of a decoder, [1, heads, tokens, head size].</summary>
/// <param name="Past">Name of the input.</param>
/// <param name="Present">Name of the output that continues it.</param>
/// <param name="Heads">Key/value heads.</param>
/// <param name="HeadSize">Elements per head and token.</param>
/// <param name="Type">float32, float16 or bfloat16.</param>
public sealed record KvSlot(string Past, string Present, int Heads, int HeadSize, TensorElementType Type)
{
    public int ElementBytes => Type == TensorElementType.Float ? 4 : 2;

    public int BytesPerToken => Heads * HeadSize * ElementBytes;
}
