using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>The small tokenizers and golden encodings that tools/tokenizers writes, and folders to load them from.</summary>
internal static class TokenizerFixtures
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "Onnx", "Tokenizers", "Fixtures");

    public static IEnumerable<string> Families => Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => f != "differences").Order();

    public static JsonElement Family(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json"))).RootElement;

    public static TextTokenizer Load(string family) => Load(("tokenizer.json", Family(family).GetProperty("tokenizer").GetRawText()));

    public static TextTokenizer Load(params (string File, string Text)[] files) => LoadBytes([.. files.Select(f => (f.File, System.Text.Encoding.UTF8.GetBytes(f.Text)))], TokenizerLimits.Default);

    public static TextTokenizer LoadBytes((string File, byte[] Bytes)[] files, TokenizerLimits limits)
    {
        var folder = Directory.CreateTempSubdirectory("edgemesh-tokenizer-");
        try
        {
            foreach (var (file, bytes) in files)
            {
                File.WriteAllBytes(Path.Combine(folder.FullName, file), bytes);
            }

            return TextTokenizer.Load(folder.FullName, limits);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    public static int[] Ints(JsonElement json) => [.. json.EnumerateArray().Select(i => i.GetInt32())];
}
