using System.IO.Pipelines;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Api;

/// <summary>Events are written at the reader's pace, and who takes nothing is cut off.</summary>
public sealed class EventStreamTests
{
    private const int Events = 2_000;
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly KeptLog<EventStream> _log = new();
    private readonly Pipe _connection = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
    private readonly Lifetime _lifetime = new();
    private int _pulled;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ReaderTakesNothing_PullsLittleAndCutsItOffWithAReason()
    {
        var writing = Stream().WriteAsync(Source());

        await Until.TrueAsync("it to be cut off", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            return writing.IsCompleted;
        });

        await writing;
        // What the connection holds, what is written ahead of it, and the event beyond.
        Assert.InRange(_pulled, 1, 16);
        Assert.True(_lifetime.IsAborted);
        Assert.Contains($"took nothing for 20 s and was cut off at event {_pulled - 1}", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_ReaderIsSlowButReads_GetsAll()
    {
        var writing = WriteAllAsync();
        long bytes = 0;
        ReadResult read;
        do
        {
            read = await _connection.Reader.ReadAsync(Test);
            bytes += read.Buffer.Length;
            _connection.Reader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);

        await writing;
        Assert.True(bytes > Events * 16_000L, $"{bytes} bytes came");
        Assert.False(_lifetime.IsAborted);
        Assert.Empty(_log.Lines);
    }

    private async Task WriteAllAsync()
    {
        await Stream().WriteAsync(Source());
        await _connection.Writer.CompleteAsync();
    }

    private EventStream Stream()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_connection.Writer.AsStream()));
        context.Features.Set<IHttpRequestLifetimeFeature>(_lifetime);
        return new EventStream(context, Samples.NewJobId(), TimeSpan.FromSeconds(20), _time, _log, Test);
    }

    // All there at once, as in a journal.
    private async IAsyncEnumerable<SequencedEvent> Source()
    {
        for (var n = 1; n <= Events; n++)
        {
            _pulled = n;
            yield return new SequencedEvent(n, new OutputAppended(Samples.Now, new TaskId(1), 1, (n - 1) * 16_000, new string('x', 16_000), null));
        }

        await Task.CompletedTask;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public bool IsAborted { get; private set; }

        public void Abort() => IsAborted = true;
    }
}
