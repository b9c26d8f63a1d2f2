using System.Diagnostics;
using System.Text.Json;

namespace EdgeMesh.OnnxBench;

/// <summary>llama.cpp in a process of its own (<c>tools/llama-server/decode.mjs</c>), greedy, with ids in and out; it stops the times itself.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private readonly Process _process;

    private LlamaCpp(Process process) => _process = process;

    public static async Task<LlamaCpp> StartAsync(BenchOptions options)
    {
        var start = new ProcessStartInfo("node", ["tools/llama-server/decode.mjs", options.LlamaPackages, options.Gguf!, $"{options.Threads}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var llama = new LlamaCpp(Process.Start(start)!);
        await llama.LineAsync();
        return llama;
    }

    public async Task<(int[] Tokens, Laps Laps)> GenerateAsync(int[] prompt, int count)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { prompt, tokens = count }));
        using var told = JsonDocument.Parse(await LineAsync());
        return ([.. told.RootElement.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32())], new(Time("prefillMs"), Time("decodeMs"), TimeSpan.Zero, TimeSpan.Zero));

        TimeSpan Time(string name) => TimeSpan.FromMilliseconds(told.RootElement.GetProperty(name).GetDouble());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> LineAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("llama.cpp ended; what it said is above.");
}
