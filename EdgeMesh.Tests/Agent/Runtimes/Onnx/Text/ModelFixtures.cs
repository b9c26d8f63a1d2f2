using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>The models the text engine is tested on: the built-in one and the small ones of <c>tools/onnx-fixtures</c>.</summary>
internal static class ModelFixtures
{
    public static string BuiltIn { get; } = Path.Combine(AppContext.BaseDirectory, "BuiltInModels", "wordnet-chat");

    public static string Fixture(string name) =>
        Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "Agent", "Runtimes", "Onnx", "Text", "Fixtures", name);

    /// <summary>On one thread, so that sums are always added in the same order.</summary>
    public static TextModel Load(string folder, bool prove = false) =>
        TextModel.Load(folder, new() { Session = new() { Threads = 1, ProveProvider = prove } });

    /// <summary>A copy of a model that a test may damage.</summary>
    public static string Copy(string folder, string target)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            File.SetAttributes(copy, FileAttributes.Normal);
        }

        return target;
    }

    public static IReadOnlyList<GoldenCase> Golden { get; } = ReadGolden();

    public static int[] Ints(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    private static List<GoldenCase> ReadGolden()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(BuiltIn, "golden.json")));
        return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => new GoldenCase(Ints(c, "prompt_ids"), Ints(c, "output_ids"), c.GetProperty("stop_at").GetInt32()))];
    }
}

/// <summary>A prompt of the golden file and what PyTorch decoded; <paramref name="StopAt"/> is the index of the end token.</summary>
internal sealed record GoldenCase(int[] Prompt, int[] Output, int StopAt);

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgemesh-text-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
