using System.Text.Json;
using System.Text.Unicode;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary>Reads request bodies; whatever is wrong with one becomes a problem that names the field.</summary>
internal static class JsonBody
{
    /// <summary>The job request, or what is wrong.</summary>
    public static async Task<(JobRequest? Request, IResult? Wrong)> ReadJobRequestAsync(HttpContext context)
    {
        var (request, wrong) = await ReadAsync(context, (body, cancel) => JsonSerializer.DeserializeAsync<JobRequest>(body, ApiJson.Options, cancel));
        return (request, wrong ?? (request is null ? ProblemResults.Invalid(ApiProblems.BodyMissing()) : null));
    }

    /// <summary>The model order, or what is wrong.</summary>
    public static async Task<(Models.ModelOrder? Order, IResult? Wrong)> ReadModelOrderAsync(HttpContext context)
    {
        var (body, wrong) = await ReadAsync(context, (stream, cancel) => JsonSerializer.DeserializeAsync<ModelOrderDto>(stream, ApiJson.Options, cancel));
        if (body is null)
        {
            return (null, wrong ?? ProblemResults.Invalid(ApiProblems.BodyMissing()));
        }

        var (order, problem) = body.Read();
        return (order, problem is null ? null : ProblemResults.Invalid(problem));
    }

    /// <summary>The one field <c>name</c> of a body, or what is wrong.</summary>
    public static async Task<(string Name, IResult? Wrong)> ReadNameAsync(HttpContext context)
    {
        var (body, wrong) = await ReadAsync(context, async (stream, cancel) => await JsonSerializer.DeserializeAsync<JsonElement?>(stream, ApiJson.Options, cancel));
        if (wrong is not null)
        {
            return ("", wrong);
        }

        if (body is not { ValueKind: JsonValueKind.Object } json)
        {
            return ("", ProblemResults.Invalid(ApiProblems.BodyWrong("It must be a JSON object with the field name.", null)));
        }

        foreach (var property in json.EnumerateObject().Where(p => p.Name != "name"))
        {
            return ("", ProblemResults.Invalid(ApiProblems.BodyWrong($"There is no field \"{property.Name}\" here.", property.Name)));
        }

        return json.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
            ? (name.GetString()!.Trim(), null)
            : ("", ProblemResults.Invalid(ApiProblems.BodyWrong("The field name must be a string.", "name")));
    }

    /// <summary>What a new key is to be: <c>name</c>, and if wanted <c>scopes</c> (words) and <c>expiresAt</c>; or what is wrong.</summary>
    public static async Task<(NewKeyBody? Key, IResult? Wrong)> ReadNewKeyAsync(HttpContext context)
    {
        var (body, wrong) = await ReadAsync(context, async (stream, cancel) => await JsonSerializer.DeserializeAsync<JsonElement?>(stream, ApiJson.Options, cancel));
        if (wrong is not null)
        {
            return (null, wrong);
        }

        if (body is not { ValueKind: JsonValueKind.Object } json)
        {
            return (null, ProblemResults.Invalid(ApiProblems.BodyWrong("It must be a JSON object with the field name.", null)));
        }

        NewKeyBody key = new("");
        foreach (var property in json.EnumerateObject())
        {
            switch (property.Name, property.Value.ValueKind)
            {
                case ("name", JsonValueKind.String): key = key with { Name = property.Value.GetString()!.Trim() }; break;
                case ("name", _): return (null, ProblemResults.Invalid(ApiProblems.BodyWrong("The field name must be a string.", "name")));
                case ("scopes" or "expiresAt", JsonValueKind.Null): break;
                case ("scopes", JsonValueKind.Array) when property.Value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String):
                    key = key with { Scopes = [.. property.Value.EnumerateArray().Select(v => v.GetString()!)] };
                    break;
                case ("scopes", _): return (null, ProblemResults.Invalid(ApiProblems.BodyWrong("The field scopes must be a list of strings.", "scopes")));
                case ("expiresAt", JsonValueKind.String) when property.Value.TryGetDateTimeOffset(out var end): key = key with { ExpiresAt = end }; break;
                case ("expiresAt", _): return (null, ProblemResults.Invalid(ApiProblems.BodyWrong("The field expiresAt must be a time such as 2027-01-31T00:00:00Z.", "expiresAt")));
                default: return (null, ProblemResults.Invalid(ApiProblems.BodyWrong($"There is no field \"{property.Name}\" here. The fields are name, scopes and expiresAt.", property.Name)));
            }
        }

        return json.TryGetProperty("name", out _) ? (key, null) : (null, ProblemResults.Invalid(ApiProblems.BodyWrong("The field name must be a string.", "name")));
    }

    /// <summary>Lists of names by job kind, the defaults where one is left out; or what is wrong.</summary>
    public static async Task<(ModelPreferences? Value, IResult? Wrong)> ReadModelPreferencesAsync(HttpContext context)
    {
        var (body, wrong) = await ReadAsync(context, async (stream, cancel) => await JsonSerializer.DeserializeAsync<JsonElement?>(stream, ApiJson.Options, cancel));
        if (wrong is not null)
        {
            return (null, wrong);
        }

        if (body is not { ValueKind: JsonValueKind.Object } json)
        {
            return (null, ProblemResults.Invalid(ApiProblems.BodyWrong("It must be a JSON object with the fields chat, summarize, code and image.", null)));
        }

        var wish = ModelPreferences.Default;
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Array || property.Value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            {
                return (null, ProblemResults.Invalid(ApiProblems.BodyWrong($"The field {property.Name} must be a list of strings.", property.Name)));
            }

            ImmutableArray<string> patterns = [.. property.Value.EnumerateArray().Select(v => v.GetString()!)];
            switch (property.Name)
            {
                case "chat": wish = wish with { Chat = patterns }; break;
                case "summarize": wish = wish with { Summarize = patterns }; break;
                case "code": wish = wish with { Code = patterns }; break;
                case "image": wish = wish with { Image = patterns }; break;
                default: return (null, ProblemResults.Invalid(ApiProblems.BodyWrong($"There is no field \"{property.Name}\" here. The fields are chat, summarize, code and image.", property.Name)));
            }
        }

        return (wish, null);
    }

    /// <summary>A body of this shape, or what is wrong.</summary>
    public static async Task<(T? Value, IResult? Wrong)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        var (body, wrong) = await ReadAsync(context, (stream, cancel) => JsonSerializer.DeserializeAsync<T>(stream, ApiJson.Options, cancel));
        return body is null ? (null, wrong ?? ProblemResults.Invalid(ApiProblems.BodyMissing())) : (body, null);
    }

    private static async Task<(T? Value, IResult? Wrong)> ReadAsync<T>(HttpContext context, Func<Stream, CancellationToken, ValueTask<T?>> read)
    {
        if (context.Request.ContentLength is not (null or 0) && !context.Request.HasJsonContentType())
        {
            return (default, ProblemResults.Result(StatusCodes.Status415UnsupportedMediaType, ApiProblems.OfStatus(StatusCodes.Status415UnsupportedMediaType, context.Request)));
        }

        if (context.Request.ContentLength == 0)
        {
            return (default, ProblemResults.Invalid(ApiProblems.BodyMissing()));
        }

        try
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            // The readers take bytes of another encoding for text up to the place where they look into it, and then speak of something else.
            if (!Utf8.IsValid(body.GetBuffer().AsSpan(0, (int)body.Length)))
            {
                return (default, ProblemResults.Invalid(ApiProblems.BodyNotUtf8()));
            }

            body.Position = 0;
            return (await read(body, context.RequestAborted), null);
        }
        catch (JsonException e)
        {
            // The parser's own exceptions speak of bytes; the converter's are sentences.
            var isSyntax = e.InnerException is JsonException or InvalidOperationException;
            return (default, ProblemResults.Invalid(isSyntax
                ? ApiProblems.BodyNotJson(e.LineNumber, e.BytePositionInLine)
                : ApiProblems.BodyWrong(e.Message, FieldOf(e))));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (default, ProblemResults.Result(e.StatusCode, ApiProblems.BodyTooLarge()));
        }
    }

    /// <summary><c>$.options.share</c> is <c>options.share</c> for people.</summary>
    private static string? FieldOf(JsonException exception) => exception.Path is { Length: > 2 } path ? path[2..] : null;
}
