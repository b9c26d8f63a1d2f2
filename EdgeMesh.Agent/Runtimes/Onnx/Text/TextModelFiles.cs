using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
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

    private const int MostLookedAt = 32;
    private static readonly string[] Stems = ["model", "decoder_model_merged"];

    /// <summary>
    /// The file to load from <paramref name="folder"/>: in <c>onnx/</c> or the folder itself, <c>model</c> before <c>decoder_model_merged</c>;
    /// on the CPU in the order q4, int4, quantized, q8, int8, uint8, fp16, fp32, q4f16, bnb4; elsewhere q4f16, fp16, q4, int4, fp32. Where none has such a
    /// name: the only ONNX file there, or the one of several whose graph is a decoder.
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
        var precisions = kind == AcceleratorKind.CPU ? OnCpu : OnAccelerator;
        var names = wanted is not null ? [wanted]
            : from stem in Stems
              from precision in precisions
              select precision.Length == 0 ? $"{stem}.onnx" : $"{stem}_{precision}.onnx";
        return names.SelectMany(n => places.Select(p => Path.Combine(p, n))).FirstOrDefault(File.Exists)
            ?? (wanted is null ? ByContent([.. places.Where(Directory.Exists)], precisions) : null)
            ?? throw new TaskFailedException(ReasonCode.ModelMissing, wanted is null
                ? "There is no ONNX file in the model's folder or in its onnx/. Get the model again."
                : $"{wanted} is not in the model's folder. Get the model again.");
    }

    // Makers name files as they like. A lone file is taken whatever it is, so that what does not fit it can be said.
    private static string? ByContent(string[] places, string[] precisions)
    {
        var files = places.SelectMany(p => Directory.EnumerateFiles(p, "*.onnx").Order(StringComparer.Ordinal)).Take(MostLookedAt).ToList();
        return files is [var only] ? only
            : files.Where(IsDecoder).OrderBy(f => Rank(Path.GetFileNameWithoutExtension(f), precisions)).FirstOrDefault() ?? files.FirstOrDefault();
    }

    private static bool IsDecoder(string file)
    {
        try
        {
            return DecoderLayout.HasCache(OnnxFileReader.Read(file).Signature);
        }
        catch (TaskFailedException)
        {
            return false;
        }
    }

    private static int Rank(string name, string[] precisions)
    {
        var at = Array.FindIndex(precisions, p => p.Length > 0 && name.Contains(p, StringComparison.OrdinalIgnoreCase));
        return at >= 0 ? at : Array.IndexOf(precisions, "");
    }
}
