using EdgeMesh.Dashboard.Health;

namespace EdgeMesh.Dashboard.Api;

/// <summary>What the API itself refuses, in words.</summary>
internal static class ApiProblems
{
    public static Problem JobUnknown(string id) => new(
        "job_unknown", "There is no such job.", $"No job has the id \"{id}\".", "The Jobs page lists the jobs there are.");

    public static Problem DeviceUnknown(string id) => new(
        "device_unknown", "There is no such device.", $"No device has the id \"{id}\".", "The Fleet page lists the devices there are.");

    public static Problem ArtifactUnknown(string name) => new(
        "artifact_unknown", "There is no such file.", $"The job has no file \"{name}\".", "The job's page lists its files.");

    public static Problem ArtifactRemoved(string name) => new(
        "artifact_removed", "The file is gone.", $"\"{name}\" was removed to make room for newer files.",
        "Run the job again; the limit is EdgeMesh:Artifacts:MaxTotalBytes in the configuration.");

    public static Problem BodyMissing() => new(
        "body_missing", "The body is empty.", "This needs a JSON body.", "See /scalar for its shape.");

    public static Problem BodyNotJson(long? line, long? column) => new(
        "json_malformed", "The body is not valid JSON.",
        line is null ? "It ends too early." : $"It goes wrong at line {line + 1}, byte {column + 1}.", "Send UTF-8 encoded JSON; see /scalar for its shape.");

    public static Problem BodyNotUtf8() => new(
        "body_not_utf8", "The body is not UTF-8.", "It has bytes that are no UTF-8 text; it may be in Latin-1, Windows-1252 or UTF-16.", "Send JSON encoded as UTF-8.");

    public static Problem BodyWrong(string detail, string? field) => new(
        "body_invalid", "The body does not have the right shape.", detail, "See /scalar for its shape.", field);

    public static Problem BodyTooLarge() => OfStatus(StatusCodes.Status413PayloadTooLarge, null);

    public static Problem ParameterWrong(string name, string value, string allowed) => new(
        "parameter_invalid", $"The parameter {name} is not valid.", $"\"{value}\" is not a value of {name}.", $"Give {allowed}.", name);

    /// <summary>Words for a bare status code.</summary>
    public static Problem OfStatus(int status, HttpRequest? request) => status switch
    {
        StatusCodes.Status404NotFound => new(
            "path_unknown", "There is nothing at this address.", $"{request?.Path} is not part of the API.", "See /scalar for what there is."),
        StatusCodes.Status405MethodNotAllowed => new(
            "method_not_allowed", "This address does not answer this method.", $"{request?.Path} does not take {request?.Method}.", "See /scalar for what there is."),
        StatusCodes.Status413PayloadTooLarge => new(
            "request_too_large", "The request is too large.", "It has more bytes than this dashboard takes.",
            "Send a shorter text; the limit is EdgeMesh:MaxRequestBytes in the configuration."),
        StatusCodes.Status415UnsupportedMediaType => new(
            "media_type_unsupported", "The body must be JSON.", "The Content-Type is not application/json.", "Send Content-Type: application/json."),
        StatusCodes.Status503ServiceUnavailable => new(
            "storage_failed", "The dashboard's database does not answer.", "It is locked or its disk is full; the dashboard's log has the details.",
            "Free space on the disk of the data directory, close programs that lock the database, then try again.", RetryAfter: StorageWords.Again),
        StatusCodes.Status504GatewayTimeout => new(
            "not_confirmed", "The dashboard was too slow to confirm it.", "It has too much to do; what you asked for may be done or not.",
            "Look whether it was done before you try again. A job that is sent again with the same Idempotency-Key is never done twice.", RetryAfter: StorageWords.Again),
        StatusCodes.Status500InternalServerError => new(
            "internal", "Something went wrong in the dashboard.", "It is a fault of EdgeMesh, not of the request; the dashboard's log has the details.",
            "Try again; if it happens again, report it with the log."),
        _ => new("request_invalid", "The request cannot be answered.", $"The answer is HTTP status {status}.", "See /scalar for what there is."),
    };
}
