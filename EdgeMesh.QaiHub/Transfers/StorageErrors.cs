using System.Net;
using System.Xml;
using System.Xml.Linq;
using EdgeMesh.QaiHub.Http;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>What the storage (S3) says when it refuses: xml with a code and a message.</summary>
internal static class StorageErrors
{
    /// <summary>Codes that pass although their status does not say so.</summary>
    private static readonly string[] Passing = ["RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable"];

    public static QaiHubException From(HttpStatusCode status, string body, HubFailure kind)
    {
        var (code, message) = Read(body);
        var words = PlainLine.Of(message ?? "");
        var cause = (int)status is >= 300 and < 400
            ? "The storage sends us elsewhere; nothing is followed there."
            : $"The storage answered {(int)status}{(code is null ? "" : $" {PlainLine.Of(code)}")}{(words.Length > 0 ? $": {words}" : "")}.";
        return new QaiHubException(kind, cause, Remedy(status, kind))
        {
            Status = status,
            StorageCode = code,
            Passing = HubErrors.IsPassing(status) || Passing.Contains(code),
        };
    }

    /// <summary>Whether fresh addresses may help: these expired, or the storage forgot the upload.</summary>
    public static bool WantsFreshAddress(QaiHubException e) =>
        e is { Kind: HubFailure.UploadRefused, Status: HttpStatusCode.Forbidden or HttpStatusCode.NotFound } || e.StorageCode is "ExpiredToken" or "NoSuchUpload";

    private static string Remedy(HttpStatusCode status, HubFailure kind) =>
        kind == HubFailure.UploadRefused ? "Try the upload again; parts that are there are not sent twice."
        : status is HttpStatusCode.Forbidden or HttpStatusCode.NotFound ? "The address has probably expired: ask for the download again, it goes on where it was."
        : "Try again later.";

    private static (string? Code, string? Message) Read(string body)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XElement.Load(reader);
            return (root.Element("Code")?.Value, root.Element("Message")?.Value);
        }
        catch (XmlException)
        {
            return (null, null);
        }
    }
}
