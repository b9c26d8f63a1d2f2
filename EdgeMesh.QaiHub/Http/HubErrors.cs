using System.Net;
using System.Text.Json;

namespace EdgeMesh.QaiHub.Http;

/// <summary>What a request is about, for the words of its failure.</summary>
internal sealed record Subject(string What, string? Id = null);

/// <summary>Turns answers of the service into named failures.</summary>
internal static class HubErrors
{
    /// <summary>What an answer that is no success means.</summary>
    /// <param name="body">Its text, possibly cut.</param>
    /// <param name="token">Never shown, should the service repeat it.</param>
    public static QaiHubException From(HttpStatusCode status, string body, Uri? location, Subject subject, string token)
    {
        var detail = PlainLine.Of(Detail(body).Replace(token, "••••", StringComparison.Ordinal));
        var (kind, cause, remedy) = (int)status switch
        {
            >= 300 and < 400 => (HubFailure.Redirected, $"The service sends us to {(location is null ? "another place" : location.IsAbsoluteUri ? location.Host : "another path")}; the token is not sent there.",
                "If the service moved, change api_url to its new address."),
            400 when NoDevice(detail) => (HubFailure.DeviceNotAvailable, detail, DeviceRemedy),
            400 => (HubFailure.BadRequest, Or(detail, "The service did not accept the request."), "Change what it names and try again."),
            401 => (HubFailure.TokenRefused, "The service refused the API token: it is wrong, was withdrawn or has expired.",
                "Copy the current token from the account page of the service and save it again."),
            403 => (HubFailure.Forbidden, Or(detail, "The account may not do this."), "Ask the owner to share it, or use another account's token."),
            404 when NoDevice(detail) => (HubFailure.DeviceNotAvailable, detail, DeviceRemedy),
            404 when subject.Id is { } id => (HubFailure.NotFound, $"{subject.What} {id} could not be found.", "Check the id; it may belong to another account or be deleted."),
            404 => (HubFailure.NotFound, Or(detail, $"The service has no {Lower(subject.What)}."), "Check the api_url."),
            409 => (HubFailure.Conflict, Or(detail, "The service says that this conflicts with what is there."), "Look at its present state and try again."),
            413 => (HubFailure.TooLarge, Or(detail, "The service does not take that much."), "One asset may have 10 GB."),
            426 => (HubFailure.ClientTooOld, Or(detail, "The service wants a newer client."), "Update EdgeMesh."),
            429 => (HubFailure.RateLimited, Or(detail, "The service gets too many requests from this account."), "Wait a few minutes and try again."),
            _ => (HubFailure.ServiceFailed, $"The service answered {(int)status}{(detail.Length > 0 ? $": {detail}" : "")}.", "Try again later."),
        };
        return new QaiHubException(kind, cause, remedy) { Status = status, Passing = IsPassing(status) };
    }

    /// <summary>429, 500, 502, 503, 504.</summary>
    public static bool IsPassing(HttpStatusCode status) => (int)status is 429 or 500 or 502 or 503 or 504;

    public static QaiHubException Damaged(string how, Exception? inner = null) =>
        new(HubFailure.DamagedAnswer, $"The service's answer {how}.", "Try again. If it happens again, check api_url and any proxy in between.", inner);

    public static QaiHubException Foreign(string type) =>
        new(HubFailure.ForeignAnswer, $"What answers is not the service: it sent {(type.Length > 0 ? $"\"{PlainLine.Of(type)}\"" : "no content type")} instead of application/x-protobuf.",
            "Check api_url, and whether a proxy or a sign-in page of the network is in between.");

    private const string DeviceRemedy = "Choose a device of the current catalogue; it may be another OS version now.";

    private static bool NoDevice(string detail) =>
        detail.Contains("target device", StringComparison.OrdinalIgnoreCase) || detail.EndsWith("is not available.", StringComparison.OrdinalIgnoreCase);

    private static string Or(string detail, string otherwise) => detail.Length > 0 ? detail : otherwise;

    private static string Lower(string what) => what.ToLowerInvariant();

    /// <summary>Json with a "detail" gives that; a page gives nothing; other text is the detail itself.</summary>
    private static string Detail(string body)
    {
        if (body.AsSpan().TrimStart() is ['<', ..])
        {
            return "";
        }

        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("detail", out var detail) ? detail.ToString() : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
