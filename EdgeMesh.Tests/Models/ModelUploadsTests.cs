using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Models;

/// <summary>What people send, and the list of what runs: both on disk, both bounded.</summary>
public sealed class ModelUploadsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private DashboardOptions Options => new() { DataDirectory = _directory.Path };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("../evil.onnx")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\u0001b")]
    public async Task Add_NameThatIsNoFileName_IsRefused(string name)
    {
        var (upload, problem) = await new ModelUploads(Options, new ModelsOptions()).AddAsync(null, name, new MemoryStream([1]), TestContext.Current.CancellationToken);
        Assert.Null(upload);
        Assert.Equal("name_invalid", problem!.Code);
    }

    [Fact]
    public async Task Add_MoreThanAllowed_IsRefusedAndLeavesNothing()
    {
        var uploads = new ModelUploads(Options, new ModelsOptions { MaxUploadBytes = 1 << 20 });
        var (first, _) = await uploads.AddAsync(null, "a.onnx", new MemoryStream(new byte[900_000]), TestContext.Current.CancellationToken);
        var (second, problem) = await uploads.AddAsync(first!.Id, "b.onnx", new MemoryStream(new byte[900_000]), TestContext.Current.CancellationToken);
        Assert.Null(second);
        Assert.Equal("upload_too_large", problem!.Code);
        Assert.Single(Directory.EnumerateFiles(_directory["uploads"], "*", SearchOption.AllDirectories));
        Assert.Single(uploads.Find(first.Id)!.Files);
        uploads.Remove(first.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["uploads"]));
    }

    [Fact]
    public void Board_TransferRunningAtStop_IsFailedAfterTheStart()
    {
        var running = new ModelTransfer("t1", new DeviceId("abc"), "One", "qwen", "org/qwen", TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null);
        var ended = running with { Id = "t2", Model = "other" };
        var board = Board();
        Assert.Null(board.Add([running, ended], 16));
        board.End("t2", TransferState.Succeeded);

        var left = Assert.Single(Board().Current.Transfers);
        Assert.Equal(("t1", TransferState.Failed, "dashboard_stopped"), (left.Id, left.State, left.Problem!.Code));
    }

    [Fact]
    public void Board_SameModelToSameDevice_IsRefused()
    {
        var running = new ModelTransfer("t1", new DeviceId("abc"), "One", "qwen", "org/qwen", TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null);
        var board = Board();
        Assert.Null(board.Add([running], 2));
        Assert.Equal("transfer_running", board.Add([running with { Id = "t2" }], 2)!.Code);
        Assert.Equal("transfers_full", board.Add([running with { Id = "t3", Model = "a" }, running with { Id = "t4", Model = "b" }], 2)!.Code);
        Assert.Single(board.Current.Transfers);
    }

    [Fact]
    public void Board_EndedTransfer_ChangesNoMore()
    {
        var board = Board();
        board.Add([new ModelTransfer("t1", new DeviceId("abc"), "One", "qwen", "org/qwen", TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null)], 2);
        board.End("t1", TransferState.Cancelled);
        board.End("t1", TransferState.Succeeded);
        Assert.Equal(TransferState.Cancelled, board.Find("t1")!.State);
    }

    private ModelBoard Board() => new(new TransferJournal(Options, NullLogger<TransferJournal>.Instance), _time);
}
