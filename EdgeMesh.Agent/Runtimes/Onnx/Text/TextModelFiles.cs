using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Which of a model's files is loaded: a folder often has the same weights in several precisions.</summary>
public static class TextModelFiles
{
    // Decoding reads all weights once per token, so the smaller file is the faster one; float16 comes before float32 as it is half the download and disk.
    private static readonly string[] OnCpu = ["q4", "int4", "quantized", "q8", "int8", "uint8", "fp16", "", "q4f16", "bnb4"];

    // Accelerators compute in float16; many cannot run the CPU's 8-bit operators.
    private static readonly string[] OnAccelerator = ["q4f16", "fp16", "q4", "int4", ""];

    private static readonly string[] Stems = ["model", "decoder_model_merged"];

    /// <summary>
    /// The file to load from <paramref name="folder"/>: in <c>onnx/</c> or the folder itself, <c>model</c> before <c>decoder_model_merged</c>;
    /// on the CPU in the order q4, int4, quantized, q8, int8, uint8, fp16, fp32, q4f16, bnb4; elsewhere q4f16, fp16, q4, int4, fp32.
    /// </summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="kind">Where it will run.</param>
    /// <param name="wanted">A file name such as <c>model_fp16.onnx</c>, or null to choose.</param>
    /// <exception cref="TaskFailedException">ModelMissing: no such file. BadInput: <paramref name="wanted"/> is a path.</exception>
    public static string Choose(string folder, AcceleratorKind kind, string? wanted = null)
    {
        if (wanted is not null && wanted != Path.GetFileName(wanted))
        {
            throw new TaskFailedException(ReasonCode.BadInput, "The model file must be a name, not a path.");
        }

        string[] places = [Path.Combine(folder, "onnx"), folder];
        var names = wanted is not null ? [wanted]
            : from stem in Stems
              from precision in kind == AcceleratorKind.CPU ? OnCpu : OnAccelerator
              select precision.Length == 0 ? $"{stem}.onnx" : $"{stem}_{precision}.onnx";
        return names.SelectMany(n => places.Select(p => Path.Combine(p, n))).FirstOrDefault(File.Exists)
            ?? throw new TaskFailedException(ReasonCode.ModelMissing, wanted is null
                ? "The folder has no model.onnx (or model_q4, model_fp16 …) that can be run here. Get the model again."
                : $"{wanted} is not in the model's folder. Get the model again.");
    }
}
