using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EdgeMesh.QaiHub.Emulator.Objects;

/// <summary>Uploads in one piece: a form whose fields carry the proof, the file last.</summary>
internal sealed class FormUploads(EmulatorState state, PresignedUrls urls, EmulatorOptions options)
{
    private const string FileField = "file";
    private const int MostFieldBytes = 4096;
    private const int MostFields = 20;

    /// <summary>Where the file of <paramref name="id"/> goes.</summary>
    public FileUploadURL Begin(string id, long bytes)
    {
        state.RequireRoom(bytes);
        var (expires, signature) = urls.Sign("POST", id);
        return new FileUploadURL
        {
            Url = new Uri(urls.Base, "objects/").ToString(),
            FileFieldName = FileField,
            Fields = { ["key"] = id, ["Expires"] = expires, ["Signature"] = signature },
        };
    }

    /// <summary>Reads the form, first the fields and then the file, straight to disk.</summary>
    public async Task ReceiveAsync(HttpRequest request)
    {
        try
        {
            await ReadAsync(request);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException && !request.HttpContext.RequestAborted.IsCancellationRequested))
        {
            throw new StorageRefusal(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.");
        }
    }

    private async Task ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data" || type.Boundary.Length == 0)
        {
            throw new StorageRefusal(412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data");
        }

        var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, request.Body) { BodyLengthLimit = Math.Max(options.MaxAssetBytes, MostFieldBytes) };
        var fields = new Dictionary<string, string>();
        while (await reader.ReadNextSectionAsync(request.HttpContext.RequestAborted) is { } section)
        {
            var disposition = section.GetContentDispositionHeader();
            if (disposition?.Name.Value is not { } name)
            {
                continue;
            }

            if (HeaderUtilities.RemoveQuotes(name) == FileField)
            {
                await StoreAsync(fields, section.Body, request.HttpContext.RequestAborted);
                return;
            }

            if (fields.Count == MostFields)
            {
                throw new InvalidDataException();
            }

            fields[HeaderUtilities.RemoveQuotes(name).Value!] = await FieldAsync(section.Body, request.HttpContext.RequestAborted);
        }

        throw new StorageRefusal(400, "InvalidArgument", "POST requires exactly one file upload per request.");
    }

    private static async Task<string> FieldAsync(Stream body, CancellationToken cancel)
    {
        byte[] buffer = new byte[MostFieldBytes + 1];
        int read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return read <= MostFieldBytes
            ? System.Text.Encoding.UTF8.GetString(buffer, 0, read)
            : throw new StorageRefusal(400, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.");
    }

    private async Task StoreAsync(Dictionary<string, string> fields, Stream body, CancellationToken cancel)
    {
        string key = fields.GetValueOrDefault("key", "");
        urls.Require("POST", key, fields.GetValueOrDefault("Expires", ""), fields.GetValueOrDefault("Signature", ""));
        string arriving = $"{key}.{Guid.NewGuid():N}.form";
        try
        {
            await using (var file = state.Assets.Create(arriving))
            {
                await body.CopyToAsync(file, cancel);
            }

            if (state.Assets.Length(arriving) > options.MaxAssetBytes)
            {
                throw new InvalidDataException();
            }

            state.RequireRoom(0);
            state.Assets.Rename(arriving, key);
        }
        catch (Exception e) when (e is InvalidDataException or Refusal)
        {
            throw new StorageRefusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        }
        finally
        {
            state.Assets.Delete(arriving);
        }
    }
}
