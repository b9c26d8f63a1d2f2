using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Models;

/// <summary>What people send, and the list of what runs: both on disk, both bounded.</summary>
public sealed class ModelUploadsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private static readonly ModelOrder Order = new([Samples.DeviceIdOf("One")], new ModelSource.HuggingFace("org/qwen", null, [], null, null));

    private DashboardOptions Options => new() { DataDirectory = _directory.Path };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("../evil.onnx")]
    [InlineData("a/b")]
    [InlineData("nul.onnx")]
    [InlineData("COM1")]
    [InlineData("a:b")]
    [InlineData("model.onnx.")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a\u0001b")]
    public async Task Add_NameThatIsNoFileName_IsRefused(string name)
    {
        var (upload, problem) = await Uploads().AddAsync(null, name, new MemoryStream([1]), TestContext.Current.CancellationToken);
        Assert.Null(upload);
        Assert.Equal("name_invalid", problem!.Code);
    }

    [Fact]
    public async Task Add_MoreThanAllowed_IsRefusedAndLeavesNothing()
    {
        var uploads = Uploads(1 << 20);
        var (first, _) = await uploads.AddAsync(null, "a.onnx", new MemoryStream(new byte[900_000]), TestContext.Current.CancellationToken);
        var (second, problem) = await uploads.AddAsync(first!.Id, "b.onnx", new MemoryStream(new byte[900_000]), TestContext.Current.CancellationToken);
        Assert.Null(second);
        Assert.Equal("upload_too_large", problem!.Code);
        Assert.Equal([first!.Files[0].Sha256, "upload.json"], Directory.EnumerateFiles(_directory["uploads"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.Single(uploads.Find(first.Id)!.Files);
        uploads.Remove(first.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["uploads"]));
    }

    [Fact]
    public async Task Add_WhileAnotherLiesAbandoned_IsBoundedByItselfAlone()
    {
        using var uploads = Uploads(1 << 20);
        var (abandoned, _) = await uploads.AddAsync(null, "a.onnx", new MemoryStream(new byte[1 << 20]), TestContext.Current.CancellationToken);
        var (mine, problem) = await uploads.AddAsync(null, "b.onnx", new MemoryStream(new byte[1 << 20]), TestContext.Current.CancellationToken);
        Assert.Null(problem);
        Assert.NotEqual(abandoned!.Id, mine!.Id);
    }

    [Fact]
    public async Task Add_AbandonedUpload_IsForgottenInTime_OneInUseIsNot()
    {
        using var uploads = Uploads();
        var (abandoned, _) = await uploads.AddAsync(null, "a.onnx", new MemoryStream([1]), TestContext.Current.CancellationToken);
        var (used, _) = await uploads.AddAsync(null, "b.onnx", new MemoryStream([2]), TestContext.Current.CancellationToken);
        using (uploads.Use(used!.Id))
        {
            _time.Advance(TimeSpan.FromHours(2));
            Assert.Null(uploads.Find(abandoned!.Id));
            Assert.NotNull(uploads.Find(used.Id));
            Assert.Equal(used.Id, Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(_directory["uploads"]))));
        }

        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null(uploads.Find(used.Id));
        Assert.Null(uploads.Use(used.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["uploads"]));
        Assert.Equal("upload_unknown", (await uploads.AddAsync(used.Id, "c.onnx", new MemoryStream([3]), TestContext.Current.CancellationToken)).Problem!.Code);
    }

    [Fact]
    public async Task Add_ManyFilesToOneUploadAtOnce_KeepsEachWithItsContent()
    {
        using var uploads = Uploads();
        var (first, _) = await uploads.AddAsync(null, "0", new MemoryStream([0]), TestContext.Current.CancellationToken);
        var gates = Enumerable.Range(1, 8).Select(i => new GatedStream([(byte)i, 7])).ToList();
        var adding = gates.Select((g, i) => uploads.AddAsync(first!.Id, $"{i + 1}", g, TestContext.Current.CancellationToken)).ToList();
        gates.ForEach(g => g.Open());
        Assert.All(await Task.WhenAll(adding), a => Assert.Null(a.Problem));

        var upload = uploads.Find(first!.Id)!;
        Assert.Equal(9, upload.Files.Length);
        foreach (var file in upload.Files.Where(f => f.Path != "0"))
        {
            await using var content = uploads.Open(upload, file);
            Assert.Equal(int.Parse(file.Path, System.Globalization.CultureInfo.InvariantCulture), content.ReadByte());
        }
    }

    [Fact]
    public async Task Add_TwoFilesAtOnceThatAreTooLargeTogether_OneIsRefused()
    {
        using var uploads = Uploads(1 << 20);
        var (first, _) = await uploads.AddAsync(null, "0", new MemoryStream([0]), TestContext.Current.CancellationToken);
        var answers = await Task.WhenAll(Enumerable.Range(1, 2).Select(i => uploads.AddAsync(first!.Id, $"{i}", new MemoryStream(new byte[700_000]), TestContext.Current.CancellationToken)));
        Assert.Contains(answers, a => a.Problem?.Code == "upload_too_large");
        Assert.True(uploads.Find(first!.Id)!.Bytes <= 1 << 20);
        Assert.Null((await uploads.AddAsync(first.Id, "3", new MemoryStream(new byte[100_000]), TestContext.Current.CancellationToken)).Problem);
    }

    [Fact]
    public async Task Add_StreamThatBreaks_SaysNoPathOfTheServer()
    {
        using var uploads = Uploads();
        var (upload, problem) = await uploads.AddAsync(null, "a.onnx", new BrokenStream($"Could not write {_directory["uploads"]}."), TestContext.Current.CancellationToken);
        Assert.Null(upload);
        Assert.DoesNotContain(_directory.Path, problem!.Detail, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["uploads"]));
    }

    [Fact]
    public async Task Add_MoreUploadsThanAnyoneInstalls_IsRefusedUntilSomeAreForgotten()
    {
        using var uploads = Uploads();
        Problem? problem = null;
        for (var i = 0; problem is null && i < 100; i++)
        {
            problem = (await uploads.AddAsync(null, "a", new MemoryStream([1]), TestContext.Current.CancellationToken)).Problem;
        }

        Assert.Equal("uploads_full", problem?.Code);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null((await uploads.AddAsync(null, "a", new MemoryStream([1]), TestContext.Current.CancellationToken)).Problem);
    }

    [Fact]
    public async Task Restart_WhatHasArrived_IsStillThere_AndNothingElse()
    {
        using var before = Uploads();
        var (kept, _) = await before.AddAsync(null, "a.onnx", new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);
        var (damaged, _) = await before.AddAsync(null, "b.onnx", new MemoryStream([4, 5, 6]), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(_directory["uploads"], damaged!.Id, damaged.Files[0].Sha256), [4], TestContext.Current.CancellationToken);
        var halfArrived = Path.Combine(_directory["uploads"], kept!.Id, "half");
        await File.WriteAllBytesAsync(halfArrived, [1], TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_directory["uploads"], "nothing"));
        Directory.CreateDirectory(Path.Combine(_directory["uploads"], "nonsense"));
        await File.WriteAllTextAsync(Path.Combine(_directory["uploads"], "nonsense", "upload.json"), "{", TestContext.Current.CancellationToken);

        using var after = Uploads(1 << 20);
        await using var content = after.Open(after.Find(kept.Id)!, Assert.Single(after.Find(kept.Id)!.Files));
        Assert.Equal((1, 3L), (content.ReadByte(), content.Length));
        Assert.False(File.Exists(halfArrived));
        Assert.Equal(kept.Id, Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(_directory["uploads"]))));
        Assert.Equal("upload_too_large", (await after.AddAsync(kept.Id, "c", new MemoryStream(new byte[(1 << 20) - 2]), TestContext.Current.CancellationToken)).Problem!.Code);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null(after.Find(kept.Id));
    }

    public static TheoryData<ModelSource, bool> Sources() => new()
    {
        { new ModelSource.HuggingFace("org/qwen", "main", ["a.onnx"], null, null), true },
        { new ModelSource.HuggingFace("org/qwen", null, [], "hf_secret", null), false },
        { new ModelSource.Url("https://example.com/a.onnx", "00", null), true },
        { new ModelSource.Url("https://example.com/a.onnx?sig=secret", null, null), false },
        { new ModelSource.Url("https://me:secret@example.com/a.onnx", null, null), false },
        { new ModelSource.Url("https://example.com/a.onnx", null, "secret"), false },
        { new ModelSource.Folder("/models/a"), true },
        { new ModelSource.Device(Samples.DeviceIdOf("Two"), "qwen"), true },
        { new ModelSource.Upload("u1"), true },
        { new ModelSource.Artifact("/data/a.onnx", new ModelFileInfo("a.onnx", "00", 1), ArtifactKind.PrecompiledQnnOnnx, new HubOrigin("m", "j", true)), true },
        { new ModelSource.Ollama("llama"), true },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public void Board_TransferRunningAtStop_GoesOnAtTheNextStart_UnlessItsOrderHeldASecret(ModelSource source, bool goesOn)
    {
        var running = new ModelTransfer("t1", Samples.DeviceIdOf("One"), "One", "qwen", source.Name, TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null);
        var ended = running with { Id = "t2", Model = "other" };
        var board = Board();
        var order = new ModelOrder([running.Device], source, "qwen", default, EvenIfMemoryIsShort: true);
        Assert.Null(board.Add(order, [running, ended], 16));
        board.End("t2", TransferState.Succeeded);

        var journal = new TransferJournal(Options, NullLogger<TransferJournal>.Instance);
        var left = Assert.Single(journal.Left);
        Assert.Equal(goesOn, left.Order is not null);
        var transfer = Assert.Single(new ModelBoard(journal, _time).Current.Transfers);
        Assert.Equal(("t1", goesOn ? TransferState.Waiting : TransferState.Failed, goesOn ? null : "dashboard_stopped"), (transfer.Id, transfer.State, transfer.Problem?.Code));
        Assert.DoesNotContain("secret", File.ReadAllText(_directory["transfers.json"]), StringComparison.Ordinal);
        if (goesOn)
        {
            Assert.Equal((source.GetType(), source.Name, "qwen", true), (left.Order!.Source.GetType(), left.Order.Source.Name, left.Order.Id, left.Order.EvenIfMemoryIsShort));
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("""[{"Id":"t1","Device":"abc","DeviceName":"One","Model":"m","Source":"s","StartedAt":"2026-01-01T00:00:00Z"}]""")]
    [InlineData("""[{"Order":{"Source":{"$type":"nonsense"}},"Transfers":[]}]""")]
    public void Journal_ThatIsOddOrOfAnOlderVersion_IsLeftOut(string content)
    {
        File.WriteAllText(_directory["transfers.json"], content);
        Assert.Empty(Board().Current.Transfers);
    }

    [Fact]
    public void Board_SameModelToSameDevice_IsRefused()
    {
        var running = new ModelTransfer("t1", Samples.DeviceIdOf("One"), "One", "qwen", "org/qwen", TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null);
        var board = Board();
        Assert.Null(board.Add(Order, [running], 2));
        Assert.Equal("transfer_running", board.Add(Order, [running with { Id = "t2" }], 2)!.Code);
        Assert.Equal("transfers_full", board.Add(Order, [running with { Id = "t3", Model = "a" }, running with { Id = "t4", Model = "b" }], 2)!.Code);
        Assert.Single(board.Current.Transfers);
    }

    [Fact]
    public void Board_EndedTransfer_ChangesNoMore()
    {
        var board = Board();
        board.Add(Order, [new ModelTransfer("t1", Samples.DeviceIdOf("One"), "One", "qwen", "org/qwen", TransferState.Waiting, null, 0, null, null, null, null, _time.GetUtcNow(), null)], 2);
        board.End("t1", TransferState.Cancelled);
        board.End("t1", TransferState.Succeeded);
        Assert.Equal(TransferState.Cancelled, board.Find("t1")!.State);
    }

    private ModelUploads Uploads(long most = 8L << 30) => new(Options, new ModelsOptions { MaxUploadBytes = most }, _time);

    private ModelBoard Board() => new(new TransferJournal(Options, NullLogger<TransferJournal>.Instance), _time);

    /// <summary>Gives its bytes only when it is opened, so that several are on their way at the same time.</summary>
    private sealed class GatedStream(byte[] content) : MemoryStream(content)
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _open.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _open.Task.WaitAsync(cancellationToken);
            return Read(buffer.Span);
        }
    }

    private sealed class BrokenStream(string words) : MemoryStream([1])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException(words);
    }
}
