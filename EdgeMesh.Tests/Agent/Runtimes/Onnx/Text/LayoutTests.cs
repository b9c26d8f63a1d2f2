using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;

/// <summary>Every layout that exporters produce gives what a recomputation without any cache gives (numpy, <c>tools/onnx-fixtures/reference.py</c>).</summary>
public sealed class LayoutTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Layouts => ["plain", "no-positions", "merged", "group-query", "external-data", "half"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Generate_Greedy_EqualsTheRecomputationWithoutCache(string layout)
    {
        var (prompt, expected) = Expected(layout);
        using var model = ModelFixtures.Load(ModelFixtures.Fixture(layout));

        var result = model.Generate(prompt, Options(expected.Length), _ => { }, Token);

        Assert.Equal(expected, result.Tokens);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Generate_PrefillInChunks_EqualsTheRecomputationWithoutCache(string layout)
    {
        var (prompt, expected) = Expected(layout);
        using var model = ModelFixtures.Load(ModelFixtures.Fixture(layout));

        var result = model.Generate(prompt, Options(expected.Length) with { PrefillChunk = 4 }, _ => { }, Token);

        Assert.Equal(expected, result.Tokens);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Generate_TwiceOnOneModel_ForgetsTheFirstAnswer(string layout)
    {
        var (prompt, expected) = Expected(layout);
        using var model = ModelFixtures.Load(ModelFixtures.Fixture(layout));
        model.Generate([1, 40, 41, 42, 43], Options(20), _ => { }, Token);

        Assert.Equal(expected, model.Generate(prompt, Options(expected.Length), _ => { }, Token).Tokens);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Load_Cache_IsSharedOnlyWhereGroupQueryAttentionReadsIt(string layout)
    {
        using var model = ModelFixtures.Load(ModelFixtures.Fixture(layout));

        Assert.Equal(layout == "group-query", model.Facts.SharesCache);
        Assert.Equal(2 * 2 * 16 * (layout == "half" ? 2 : 4), model.Facts.KvBytesPerToken);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Generate_CacheLeftWhereTheProviderPutIt_EqualsTheRecomputationWithoutCache(string layout)
    {
        var (prompt, expected) = Expected(layout);
        using var model = TextModel.Load(ModelFixtures.Fixture(layout), new() { Provider = new CpuWithMemoryOfItsOwn(), Session = new() { Threads = 1 } });

        var result = model.Generate(prompt, Options(expected.Length), _ => { }, Token);
        var again = model.Generate(prompt, Options(expected.Length) with { PrefillChunk = 4 }, _ => { }, Token);

        Assert.False(model.Facts.SharesCache);
        Assert.Equal(expected, result.Tokens);
        Assert.Equal(expected, again.Tokens);
    }

    private static GenerationOptions Options(int tokens) => new() { MaxTokens = tokens, IgnoreEndTokens = true };

    private static (int[] Prompt, int[] Greedy) Expected(string layout)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(ModelFixtures.Fixture(layout), "expected.json")));
        return (ModelFixtures.Ints(json.RootElement, "prompt"), ModelFixtures.Ints(json.RootElement, "greedy"));
    }

    /// <summary>The CPU, treated as an accelerator with memory of its own, so that this way of keeping the cache is run on any machine.</summary>
    private sealed class CpuWithMemoryOfItsOwn() : ExecutionProvider("CPUExecutionProvider", "CPU", AcceleratorKind.CPU)
    {
        public override string? DeviceMemory => "Cpu";

        protected override void AppendBuiltIn(SessionOptions options)
        {
        }
    }
}
