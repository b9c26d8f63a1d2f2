using System.Collections.Concurrent;
using EdgeMesh.Agent.Models.Store.Sources;
using Polly;
using Polly.Retry;

namespace EdgeMesh.Agent.Models.Store.Downloads;

/// <summary>Fetches one file: goes on where an earlier attempt ended, hashes while it streams, retries what may pass. Thread-safe.</summary>
internal sealed class Downloader
{
    private const int BufferBytes = 128 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly ModelStore _store;
    private readonly ResiliencePipeline _retry;
    private readonly ConcurrentDictionary<string, bool> _inWork = new(StringComparer.Ordinal);

    public Downloader(ModelStore store, StoreLimits limits, TimeProvider time)
    {
        _store = store;
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<ModelStoreException>(e => e.Transient),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = limits.FirstRetry,
                MaxDelay = LongestWait,
                MaxRetryAttempts = limits.Retries,
            })
            .Build();
    }

    /// <summary>The file, here and checked.</summary>
    public async Task<StagedFile> FetchAsync(IModelSource source, SourceFile file, Allowance allowed, InstallMeter meter, CancellationToken cancellationToken)
    {
        if (file.Hash is { Kind: HashKind.Sha256 } hash && !file.Unpack && _store.BytesOf(hash.Hex) is { } bytes
            && await _store.IsIntactAsync(hash.Hex, cancellationToken))
        {
            return new StagedFile(file.Path, null, hash.Hex, bytes);
        }

        var key = PartialFile.Key(source, file);
        if (!_inWork.TryAdd(key, true))
        {
            throw new ModelStoreException(StoreFailure.InUse, $"{file.Path} is being fetched already.");
        }

        try
        {
            return await PersistAsync(source, file, Path.Combine(_store.Layout.Partial, key), allowed, meter, cancellationToken);
        }
        catch (IOException e) when (Disk.IsFull(e))
        {
            throw new ModelStoreException(StoreFailure.DiskFull, $"The disk filled up while {file.Path} was fetched; the part that is here is kept.");
        }
        finally
        {
            _inWork.TryRemove(key, out _);
        }
    }

    /// <summary>Retries run out only when they bring nothing new: a large file over a bad line may be cut more often than that.</summary>
    private async Task<StagedFile> PersistAsync(
        IModelSource source, SourceFile file, string partial, Allowance allowed, InstallMeter meter, CancellationToken cancellationToken)
    {
        for (var best = 0L; ;)
        {
            try
            {
                return await _retry.ExecuteAsync(
                    async token => await AttemptAsync(source, file, partial, allowed, meter, token), cancellationToken);
            }
            catch (ModelStoreException e) when (e.Transient && LengthOf(partial) > best)
            {
                best = LengthOf(partial);
            }
        }
    }

    private static async Task<StagedFile> AttemptAsync(
        IModelSource source, SourceFile file, string path, Allowance allowed, InstallMeter meter, CancellationToken cancellationToken)
    {
        using var partial = await PartialFile.OpenAsync(path, file, cancellationToken);
        var resumed = partial.Length > 0;
        if (!(partial.Length == file.Bytes && file.Hash is not null))
        {
            await using var content = await source.OpenAsync(file, partial.Length, partial.Tag, cancellationToken);
            if (content.Offset != partial.Length)
            {
                partial.StartOver();
                resumed = false;
            }

            partial.SetTag(content.Tag);
            var expected = Expected(file, content, allowed);
            await CopyAsync(content, partial, expected is { } bytes ? new Allowance(bytes, StoreFailure.TooLarge) : allowed, file, meter, cancellationToken);
            if (partial.Length < expected)
            {
                throw new ModelStoreException(StoreFailure.Truncated, $"{file.Path} ended after {partial.Length} of {expected} bytes.") { Transient = true };
            }
        }

        if (partial.Finish() is { } sha256)
        {
            return new StagedFile(file.Path, partial.Path, sha256, partial.Length);
        }

        partial.StartOver();
        throw new ModelStoreException(StoreFailure.WrongHash, $"{file.Path} is not the file that the source describes: its hash is another one.") { Transient = resumed };
    }

    private static async Task CopyAsync(SourceContent content, PartialFile partial, Allowance most, SourceFile file, InstallMeter meter, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        meter.Have(partial.Length, 0);
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (partial.Length + read > most.Bytes)
            {
                throw new ModelStoreException(most.Beyond, $"{file.Path} goes on after the {most.Bytes} bytes that were announced, are allowed or fit.");
            }

            await partial.AppendAsync(buffer.AsMemory(0, read), cancellationToken);
            meter.Have(partial.Length, read);
        }
    }

    /// <summary>The length the file must have, when anybody says; a source that contradicts its own list is not believed.</summary>
    private static long? Expected(SourceFile file, SourceContent content, Allowance allowed)
    {
        if (file.Bytes is { } listed && content.TotalBytes is { } now && listed != now)
        {
            throw new ModelStoreException(
                now < listed ? StoreFailure.Truncated : StoreFailure.TooLarge, $"{file.Path} has {now} bytes at the source, but {listed} in its file list.");
        }

        var expected = file.Bytes ?? content.TotalBytes;
        return expected > allowed.Bytes
            ? throw new ModelStoreException(allowed.Beyond, $"{file.Path} has {expected} bytes; {allowed.Bytes} are allowed or fit.")
            : expected;
    }

    private static long LengthOf(string partial) => new FileInfo(partial) is { Exists: true } file ? file.Length : 0;
}
