using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Kv;

/// <summary>The keys and values of all tokens so far, kept outside the managed heap between runs.</summary>
internal interface IKvCache : IDisposable
{
    /// <summary>Bytes it holds now.</summary>
    long Bytes { get; }

    /// <summary>Binds what the run reads (<paramref name="past"/> tokens) and where it writes (<paramref name="past"/> + <paramref name="added"/>).</summary>
    void Bind(OrtIoBinding binding, int past, int added);

    /// <summary>After a run that succeeded: what it wrote is the next run's past.</summary>
    void Advance(OrtIoBinding binding);

    /// <summary>Forgets all tokens.</summary>
    void Reset();
}
