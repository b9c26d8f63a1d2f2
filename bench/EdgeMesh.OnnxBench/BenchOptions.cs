using System.Text.Json;

namespace EdgeMesh.OnnxBench;

/// <param name="Folder">The model.</param>
/// <param name="Threads">Threads of every engine; the agent always takes as many as there are cores.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Tokens">Tokens decoded.</param>
/// <param name="Rounds">Times each is run, in turn; the best round counts.</param>
/// <param name="WholePath">Measure through agent, worker and link instead of in process.</param>
/// <param name="Gguf">The same weights for llama.cpp; null leaves it out.</param>
/// <param name="LlamaPackages">The folder where <c>tools/llama-server/package.json</c> was installed.</param>
internal sealed record BenchOptions(string Folder, int Threads, int Prompt, int Tokens, int Rounds, bool WholePath, string? Gguf, string LlamaPackages)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A prompt of made-up words, so that its ids are known to every engine.</summary>
    public int[] PromptIds { get; } = [.. Enumerable.Range(0, Prompt).Select(i => 3 + (i * 7919 % 30_000))];

    public static BenchOptions Read(string[] args)
    {
        return new(
            args[0], Number("--threads", 2), Number("--prompt", 256), Number("--tokens", 128), Number("--rounds", 5),
            args.Contains("--whole-path"), Text("--gguf"), Text("--llama-packages") ?? "tools/llama-server");

        string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

        int Number(string name, int otherwise) => Text(name) is { } number ? int.Parse(number) : otherwise;
    }
}
