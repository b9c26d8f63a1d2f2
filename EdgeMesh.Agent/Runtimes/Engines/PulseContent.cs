using System.Net;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An answer's body of which every wait for a piece is one of <see cref="EnginePulse.ListenAsync"/>.</summary>
internal sealed class PulseContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly EnginePulse _pulse;

    public PulseContent(HttpContent inner, EnginePulse pulse)
    {
        (_inner, _pulse) = (inner, pulse);
        foreach (var (name, values) in inner.Headers)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new PulseStream(await _inner.ReadAsStreamAsync(), _pulse);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => new PulseStream(await _inner.ReadAsStreamAsync(cancellationToken), _pulse);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var body = await CreateContentReadStreamAsync(cancellationToken);
        await body.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class PulseStream(Stream inner, EnginePulse pulse) : ReadOnlyStream
    {
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await pulse.ListenAsync(listening => inner.ReadAsync(buffer, listening).AsTask(), cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
