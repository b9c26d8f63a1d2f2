using System.Threading.Channels;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using Grpc.Core;

namespace EdgeMesh.Tests.Models;

/// <summary>The dashboard's side of an install: what is asked for is fed, and what goes wrong is said.</summary>
public sealed class InstallCallTests
{
    private readonly Receiver _device = new();

    [Fact]
    public async Task Run_FileWanted_IsFedFromItsOffset()
    {
        var asked = new List<(string Path, long Offset)>();
        var running = RunAsync((path, offset, _) => Feed(asked, path, offset));
        _device.Say(new InstallUpdate { Want = new WantFile { Want = 1, Path = "model.onnx", Offset = 7 } });
        var parts = new[] { await _device.HeardAsync(), await _device.HeardAsync(), await _device.HeardAsync() };
        _device.Say(new InstallUpdate { Done = new StoredModel { Id = "qwen" } });

        Assert.Null(await running);
        Assert.NotNull(parts[0].Wish);
        Assert.Equal([1, 2, 3], parts[1].Chunk.Data.ToByteArray());
        Assert.Equal((1, true), (parts[2].Chunk.Want, parts[2].Chunk.Last));
        Assert.Equal([("model.onnx", 7L)], asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SourceGoesAway_IsToldToTheReceiver(bool cancelled)
    {
        var running = RunAsync((_, _, _) => cancelled ? throw new OperationCanceledException() : throw new RpcException(new Status(StatusCode.Unavailable, "gone")));
        _device.Say(new InstallUpdate { Want = new WantFile { Want = 1, Path = "model.onnx" } });
        Assert.NotNull((await _device.HeardAsync()).Wish);
        Assert.NotEmpty((await _device.HeardAsync()).Broken);
        _device.Say(new InstallUpdate { Failure = new ModelFailure { Reason = "SourceFailed", Cause = "It stopped.", Remedy = "Try again." } });

        var problem = await running;
        Assert.Equal("source_failed", problem!.Code);
        Assert.Equal("One did not get qwen.", problem.Title);
    }

    [Fact]
    public async Task Run_LinkLost_SaysSo()
    {
        var running = RunAsync(null);
        _device.Break();
        Assert.Equal("device_lost", (await running)!.Code);
    }

    [Fact]
    public async Task Run_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        var running = InstallCall.RunAsync(_device, "One", "qwen", new InstallWish(), null, _ => { }, _ => { }, stop.Token);
        await stop.CancelAsync();
        _device.Break();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Feed(List<(string Path, long Offset)> asked, string path, long offset)
    {
        asked.Add((path, offset));
        await Task.CompletedTask;
        yield return new byte[] { 1, 2, 3 };
    }

    private Task<Problem?> RunAsync(FileFeed? feed) =>
        InstallCall.RunAsync(_device, "One", "qwen", new InstallWish(), feed, _ => { }, _ => { }, TestContext.Current.CancellationToken);

    /// <summary>A device that says what the test says, over a link to itself.</summary>
    private sealed class Receiver : DeviceService.DeviceServiceClient, IDeviceLink, IClientStreamWriter<InstallPart>, IAsyncStreamReader<InstallUpdate>
    {
        private readonly Channel<InstallPart> _heard = Channel.CreateUnbounded<InstallPart>();
        private readonly Channel<InstallUpdate> _says = Channel.CreateUnbounded<InstallUpdate>();

        public DeviceId Device { get; } = Samples.DeviceIdOf("One");

        public LinkKind Kind => LinkKind.Tunnel;

        public long Session => 1;

        public DeviceService.DeviceServiceClient Client => this;

        public bool KeepsAttempts => true;

        public CancellationToken Closed => CancellationToken.None;

        public WriteOptions? WriteOptions { get; set; }

        public InstallUpdate Current { get; private set; } = new();

        public void Say(InstallUpdate update) => _says.Writer.TryWrite(update);

        public void Break() => _says.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "The link broke.")));

        public ValueTask<InstallPart> HeardAsync() => _heard.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public override AsyncDuplexStreamingCall<InstallPart, InstallUpdate> InstallModel(CallOptions options) =>
            new(this, this, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        public Task WriteAsync(InstallPart message) => _heard.Writer.WriteAsync(message, TestContext.Current.CancellationToken).AsTask();

        public Task WriteAsync(InstallPart message, CancellationToken cancellationToken) => _heard.Writer.WriteAsync(message, cancellationToken).AsTask();

        public Task CompleteAsync() => Task.CompletedTask;

        public void Abort(string reason) => Break();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (await _says.Reader.WaitToReadAsync(cancellationToken) && _says.Reader.TryRead(out var update))
            {
                Current = update;
                return true;
            }

            return false;
        }
    }
}
