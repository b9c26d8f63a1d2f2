using EdgeMesh.Dashboard.QaiHub;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.QaiHub;

public sealed class ReceivedUploadsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Add_ManyFilesAtTheSameTime_KeepsThemAll()
    {
        var uploads = new ReceivedUploads(_time);
        Assert.True(uploads.TryBegin("one"));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Task.Run(() => uploads.Add("one", new HubUploadFile($"f{n}", 1), 200, 1_000))));
        Assert.Equal(100, uploads.Find("one")!.Files.Length);
        Assert.Equal(100, uploads.Add("one", new HubUploadFile("f7", 5), 200, 1_000)!.Files.Length);
        Assert.Equal(104, uploads.Find("one")!.Bytes);
    }

    [Fact]
    public void Add_MoreThanIsAllowed_ChangesNothing()
    {
        var uploads = new ReceivedUploads(_time);
        uploads.TryBegin("one");
        uploads.Add("one", new HubUploadFile("a", 600), 2, 1_000);
        Assert.Null(uploads.Add("one", new HubUploadFile("b", 401), 2, 1_000));
        uploads.Add("one", new HubUploadFile("c", 1), 2, 1_000);
        Assert.Null(uploads.Add("one", new HubUploadFile("d", 1), 2, 1_000));
        Assert.Null(uploads.Add("other", new HubUploadFile("a", 1), 2, 1_000));
        Assert.Equal(["a", "c"], uploads.Find("one")!.Files.Select(f => f.Name));
    }

    [Fact]
    public void Begin_TooMany_IsRefused_UntilAbandonedOnesAreForgotten()
    {
        var uploads = new ReceivedUploads(_time);
        Assert.All(Enumerable.Range(0, ReceivedUploads.Most), n => Assert.True(uploads.TryBegin($"{n}")));
        Assert.False(uploads.TryBegin("more"));

        _time.Advance(ReceivedUploads.Kept - TimeSpan.FromMinutes(1));
        uploads.Touch("0");
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(ReceivedUploads.Most - 1, uploads.RemoveAbandoned().Length);
        Assert.NotNull(uploads.Find("0"));
        Assert.True(uploads.TryBegin("more"));
    }
}
