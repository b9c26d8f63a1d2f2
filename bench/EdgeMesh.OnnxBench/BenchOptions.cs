using System.Text.Json;

namespace EdgeMesh.OnnxBench;

/// <param name="Folder">The model.</param>
/// <param name="Threads">Threads of both engines.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Tokens">Tokens decoded.</param>
/// <param name="Rounds">Times both are run in each of two passes, in turn; the best round counts.</param>
internal sealed record BenchOptions(string Folder, int Threads, int Prompt, int Tokens, int Rounds)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static BenchOptions Read(string[] args)
    {
        return new(args[0], Number("--threads", 2), Number("--prompt", 256), Number("--tokens", 128), Number("--rounds", 5));

        int Number(string name, int otherwise) =>
            Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1]) : otherwise;
    }
}
