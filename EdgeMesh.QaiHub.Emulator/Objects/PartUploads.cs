using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Objects;

/// <summary>Uploads in parts: every part is written at its place in one file, in any order, again if need be; completion only gives the file its name.</summary>
internal sealed class PartUploads(EmulatorState state, PresignedUrls urls, EmulatorOptions options)
{
    private const int BufferBytes = 128 * 1024;
    private const int MostParts = 10_000;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _writers = new();

    /// <summary>URLs for a file of this size. An upload that this model had before is given up.</summary>
    public FileMultipartUploadURL Begin(string model, long bytes)
    {
        state.RequireRoom(bytes);
        var upload = new UploadEntry(Guid.NewGuid().ToString("N"), options.Time.GetUtcNow(), model, bytes, options.PartBytes);
        if (upload.Count > MostParts)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, $"A file is sent in at most {MostParts} parts.");
        }

        GiveUp(model);
        state.Uploads.Add(upload);
        var answer = new FileMultipartUploadURL { UploadId = upload.Id, MaxPartSize = (ulong)upload.PartBytes };
        answer.Urls.AddRange(Enumerable.Range(1, upload.Count).Select(part => urls.For("PUT", $"models/{model}/{upload.Id}/{part}")));
        return answer;
    }

    /// <summary>Writes one part from the body; returns its ETag, quotes and all.</summary>
    public async Task<string> WriteAsync(string uploadId, int number, HttpRequest request)
    {
        var upload = state.Uploads.Find(uploadId)
            ?? throw new StorageRefusal(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");
        long length = request.ContentLength ?? throw new StorageRefusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (number < 1 || number > upload.Count || length > upload.Length(number))
        {
            throw new StorageRefusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        }

        // A client that lost its connection sends the part again while the old connection may still be dying here.
        var writer = _writers.GetOrAdd($"{uploadId}/{number}", _ => new SemaphoreSlim(1, 1));
        await writer.WaitAsync(request.HttpContext.RequestAborted);
        try
        {
            string etag = await CopyAsync(request, upload.AssetKey, upload.Offset(number));
            state.Uploads.Change(uploadId, u => u with { Parts = new Dictionary<int, Part>(u.Parts) { [number] = new Part(etag, length) } });
            return etag;
        }
        finally
        {
            writer.Release();
        }
    }

    /// <summary>Makes the parts the model's file, if all came and their ETags are the ones given.</summary>
    public Asset Complete(string model, FileMultipartUploadComplete done)
    {
        if (state.Uploads.Find(done.UploadId) is not { } upload || upload.Model != model)
        {
            throw new Refusal(StatusCodes.Status404NotFound, "This model has no such upload.");
        }

        bool whole = done.Etags.Count == upload.Count
            && done.Etags.Select((etag, i) => (Number: i + 1, ETag: etag)).All(
                given => upload.Parts.TryGetValue(given.Number, out var part) && part.ETag == given.ETag && part.Bytes == upload.Length(given.Number));
        if (!whole)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "One or more of the parts were not uploaded, or their ETags do not match.");
        }

        state.Assets.Rename(upload.AssetKey, model);
        Forget(upload);
        return new Asset(model, "", upload.Bytes);
    }

    private void GiveUp(string model)
    {
        foreach (var old in state.Uploads.All.Where(u => u.Model == model).ToList())
        {
            state.Assets.Delete(old.AssetKey);
            Forget(old);
        }
    }

    private void Forget(UploadEntry upload)
    {
        state.Uploads.Remove(upload.Id);
        for (int part = 1; part <= upload.Count; part++)
        {
            _writers.TryRemove($"{upload.Id}/{part}", out _);
        }
    }

    private async Task<string> CopyAsync(HttpRequest request, string key, long offset)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(state.Assets.PathOf(key), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var cancel = request.HttpContext.RequestAborted;
            while (await request.Body.ReadAsync(buffer, cancel) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), offset, cancel);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // As long as an MD5, which the real store usually sends; clients may only repeat it.
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}\"";
    }
}
