using System.Collections.Concurrent;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Models;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Models driven by the test; every command is recorded.</summary>
public sealed class FakeModels : IModels
{
    private readonly FakeLive<ModelsSnapshot> live = new(ModelsSnapshot.Empty);

    /// <summary>What was asked, in order: <c>refresh</c>, <c>cancel ID</c>, <c>remove DEVICE MODEL</c>.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    /// <summary>Orders that were previewed and installed, oldest first.</summary>
    public ConcurrentQueue<ModelOrder> Previewed { get; } = new();

    public ConcurrentQueue<ModelOrder> Installed { get; } = new();

    /// <summary>Answers a preview; default: nothing is told.</summary>
    public Func<ModelOrder, ImmutableArray<InstallForecast>> OnPreview { get; set; } = _ => [];

    /// <summary>When set, the answer to every command.</summary>
    public Problem? Refusal { get; set; }

    public ModelsSnapshot Current => live.Current;

    public int SubscriberCount => live.SubscriberCount;

    public void Publish(ModelsSnapshot snapshot) => live.Publish(snapshot);

    public ILiveSubscription<ModelsSnapshot> Subscribe() => live.Subscribe();

    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        Commands.Enqueue("refresh");
        return Task.CompletedTask;
    }

    public Task<(ImmutableArray<InstallForecast> Forecasts, Problem? Problem)> PreviewAsync(ModelOrder order, CancellationToken cancellationToken)
    {
        Previewed.Enqueue(order);
        return Task.FromResult((Refusal is null ? OnPreview(order) : [], Refusal));
    }

    public Task<(ImmutableArray<ModelTransfer> Transfers, Problem? Problem)> InstallAsync(ModelOrder order, CancellationToken cancellationToken)
    {
        Installed.Enqueue(order);
        return Task.FromResult<(ImmutableArray<ModelTransfer>, Problem?)>(([], Refusal));
    }

    public Problem? Cancel(string transfer)
    {
        Commands.Enqueue($"cancel {transfer}");
        return Refusal;
    }

    public Task<Problem?> RemoveAsync(DeviceId device, string model, bool confirmed, CancellationToken cancellationToken)
    {
        Commands.Enqueue($"remove {device} {model}{(confirmed ? " confirmed" : "")}");
        return Task.FromResult(confirmed && Refusal is { Code: "needs_confirmation" } ? null : Refusal);
    }

    public async Task<(ModelUpload? Upload, Problem? Problem)> UploadAsync(string? upload, string fileName, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        return Refusal is null ? (new ModelUpload("up1", [new ModelFileInfo(fileName, new string('0', 64), bytes.Length)]), null) : (null, Refusal);
    }
}
