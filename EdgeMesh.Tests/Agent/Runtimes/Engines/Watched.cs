using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>A runtime that is being watched, as the agent does.</summary>
internal sealed class Watched<T>(T runtime) : IAsyncDisposable
    where T : IRuntime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public T Runtime => runtime;

    public Watched<T> Start()
    {
        _watching = runtime.WatchAsync(() => { }, _stop.Token);
        return this;
    }

    public async Task<RuntimeInfo> UntilAsync(RuntimeState state)
    {
        await Until.TrueAsync($"{runtime.Info.Name} to be {state}", () => runtime.Info.State == state);
        return runtime.Info;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        runtime.Dispose();
        _stop.Dispose();
    }
}

internal static class Wanted
{
    public static EdgeMesh.Core.Contracts.TaskRequest Chat(string model, string text, int? maxTokens = null)
    {
        var generate = new Generate { Messages = { new Message { Role = "user", Content = text } } };
        if (maxTokens is { } most)
        {
            generate.MaxTokens = most;
        }

        return new() { TaskId = "1", Kind = TaskKindValue.LlmGenerate, ModelId = model, Generate = generate };
    }

    public static EdgeMesh.Core.Contracts.TaskRequest Image(string model, string prompt, long? seed = 7)
    {
        var image = new Image { Width = 64, Height = 64, Steps = 4, NegativePrompt = "blurry" };
        if (seed is { } number)
        {
            image.Seed = number;
        }

        return new() { TaskId = "1", Kind = TaskKindValue.ImageGenerate, ModelId = model, Text = prompt, Image = image };
    }
}
