using System.Security.Cryptography;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Storage.Artifacts;

/// <summary>Receives the files of one attempt, one after the other. What is unfinished when it is disposed is removed.</summary>
/// <param name="received">Names of the attempt's files that came before, over a link that broke.</param>
public sealed class ArtifactUpload(ArtifactStore store, AttemptId attempt, ImmutableArray<string> received) : IAsyncDisposable
{
    private readonly HashSet<string> _names = [.. received];
    private Receiving? _open;

    /// <summary>Whether a file began and its last piece did not come.</summary>
    public bool IsUnfinished => _open is not null;

    /// <summary>Takes a piece; the reference when it was the file's last one, else null.</summary>
    /// <exception cref="ArtifactException">The device sent what is not taken, or the disk did not take it.</exception>
    public async Task<ArtifactRef?> AcceptAsync(ArtifactChunk chunk, CancellationToken cancellationToken)
    {
        try
        {
            var file = _open ??= Begin(chunk);
            if (file.Name != chunk.Name)
            {
                throw new ArtifactException(ReasonCode.BadOutput, "sent two files at once");
            }

            if (file.Bytes + chunk.Data.Length > store.Options.MaxBytes)
            {
                throw new ArtifactException(ReasonCode.BadOutput, $"sent a file of more than {store.Options.MaxBytes:N0} bytes");
            }

            await file.WriteAsync(chunk.Data.Memory, cancellationToken);
            return chunk.Last ? await EndAsync(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArtifactException(ReasonCode.Internal, $"sent a file that the dashboard could not store: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_open is { } unfinished)
        {
            _open = null;
            await unfinished.DisposeAsync();
            File.Delete(unfinished.Path);
        }
    }

    private Receiving Begin(ArtifactChunk chunk)
    {
        if (_names.Count >= store.Options.MaxPerAttempt)
        {
            throw new ArtifactException(ReasonCode.BadOutput, $"sent more than {store.Options.MaxPerAttempt:N0} files");
        }

        var stream = store.Create(attempt.Job, out var path);
        return new Receiving(chunk.Name, ArtifactNames.ContentType(chunk.ContentType), path, stream);
    }

    private async Task<ArtifactRef> EndAsync(Receiving file)
    {
        var name = ArtifactNames.Canonical(attempt.Task, attempt.Number, file.Name, file.ContentType);
        var hash = await file.CloseAsync();
        if (!_names.Add(name))
        {
            throw new ArtifactException(ReasonCode.BadOutput, $"sent two files of the name {name}");
        }

        store.Keep(attempt.Job, file.Path, name);

        _open = null;
        return new ArtifactRef(name, file.ContentType, file.Bytes, hash);
    }

    private sealed class Receiving(string name, string contentType, string path, FileStream stream) : IAsyncDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public string Name => name;

        public string ContentType => contentType;

        public string Path => path;

        public long Bytes { get; private set; }

        public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            _hash.AppendData(data.Span);
            Bytes += data.Length;
            await stream.WriteAsync(data, cancellationToken);
        }

        /// <summary>On the disk before its reference is journaled.</summary>
        public async Task<string> CloseAsync()
        {
            await stream.FlushAsync();
            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            await stream.DisposeAsync();
            using (_hash)
            {
                return Convert.ToHexStringLower(_hash.GetHashAndReset());
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync();
            _hash.Dispose();
        }
    }
}

/// <summary>A file was not taken; the message goes on after the device's name.</summary>
public sealed class ArtifactException : Exception
{
    public ArtifactException()
        : this(ReasonCode.Internal, "")
    {
    }

    public ArtifactException(string message)
        : this(ReasonCode.Internal, message)
    {
    }

    public ArtifactException(string message, Exception innerException)
        : this(ReasonCode.Internal, message, innerException)
    {
    }

    public ArtifactException(ReasonCode reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    public ReasonCode Reason { get; }
}
