namespace EdgeMesh.Agent.Models.Store;

/// <summary>How much memory a model will want, told from its files before one is fetched. An estimate, and called that.</summary>
public static class MemoryEstimate
{
    /// <summary>What an engine takes beside the weights; the product's own target for its worker. The context's cache comes on top, with its length.</summary>
    public const long BesideWeights = 150L << 20;

    private static readonly string[] Weights = [".onnx", ".onnx_data", ".data", ".bin", ".gguf", ".safetensors"];

    /// <summary>Bytes of the weight files and what is beside them; 0 when there are no weights among the files, null when a size is unknown.</summary>
    public static long? Of(IEnumerable<(string Path, long? Bytes)> files)
    {
        var weights = files.Where(f => Weights.Any(w => f.Path.EndsWith(w, StringComparison.OrdinalIgnoreCase))).ToList();
        return weights.Count == 0 ? 0 : weights.Aggregate((long?)BesideWeights, (sum, f) => sum + f.Bytes);
    }
}
