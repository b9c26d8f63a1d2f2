using System.Net;

namespace EdgeMesh.QaiHub;

/// <summary>An expected failure: what happened and what a person can do about it, in plain words, without secrets.</summary>
public sealed class QaiHubException : Exception
{
    public QaiHubException()
        : this("")
    {
    }

    public QaiHubException(string message)
        : this(HubFailure.ServiceFailed, message, "")
    {
    }

    public QaiHubException(string message, Exception innerException)
        : this(HubFailure.ServiceFailed, message, "", innerException)
    {
    }

    public QaiHubException(HubFailure kind, string cause, string remedy, Exception? inner = null)
        : base($"{cause} {remedy}".TrimEnd(), inner) =>
        (Kind, Cause, Remedy) = (kind, cause, remedy);

    /// <summary>Which failure.</summary>
    public HubFailure Kind { get; }

    /// <summary>What happened; whole sentences.</summary>
    public string Cause { get; }

    /// <summary>What to do; whole sentences, may be empty.</summary>
    public string Remedy { get; }

    /// <summary>The status that the service or its storage answered, or null.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The storage's own name for it, such as <c>RequestTimeout</c>, or null.</summary>
    public string? StorageCode { get; init; }

    /// <summary>Whether trying again may help.</summary>
    internal bool Passing { get; init; }

    /// <summary>Whether the request may have arrived, though nothing came back.</summary>
    internal bool Sent { get; init; }
}

/// <summary>The named failures of <see cref="QaiHubException"/>.</summary>
public enum HubFailure
{
    /// <summary>No token was found anywhere.</summary>
    NotConfigured,

    /// <summary>A configuration was found and is not usable: a key is missing, an address is none.</summary>
    BadConfig,

    /// <summary>Plain HTTP to another computer.</summary>
    InsecureAddress,

    /// <summary>401: the token is wrong, withdrawn or expired.</summary>
    TokenRefused,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>The service has no such device, or not now.</summary>
    DeviceNotAvailable,

    /// <summary>400.</summary>
    BadRequest,

    /// <summary>409.</summary>
    Conflict,

    /// <summary>413, or more than the service takes.</summary>
    TooLarge,

    /// <summary>426: the service wants a newer client.</summary>
    ClientTooOld,

    /// <summary>429, after all waiting.</summary>
    RateLimited,

    /// <summary>Any other status.</summary>
    ServiceFailed,

    /// <summary>No connection.</summary>
    Unreachable,

    /// <summary>Connected, and no answer in time.</summary>
    TimedOut,

    /// <summary>An answer of another content type: a login page, a proxy, another program.</summary>
    ForeignAnswer,

    /// <summary>An answer that ends early or is no message.</summary>
    DamagedAnswer,

    /// <summary>The service sends us elsewhere; nothing is followed with the token.</summary>
    Redirected,

    /// <summary>The storage refused a part of an upload.</summary>
    UploadRefused,

    /// <summary>The file changed while it was sent, or since the upload began.</summary>
    FileChanged,

    /// <summary>A file of this computer cannot be read or written.</summary>
    LocalFile,

    /// <summary>The storage refused a download.</summary>
    DownloadRefused,

    /// <summary>A download ended early, is larger than it said or larger than allowed.</summary>
    WrongSize,

    /// <summary>A download is something else than was asked for.</summary>
    WrongType,

    /// <summary>The job has no result (yet).</summary>
    NotReady,

    /// <summary>The job ended as failed.</summary>
    JobFailed,

    /// <summary>The job did not end within its time.</summary>
    JobDeadline,

    /// <summary>A model file that cannot be read.</summary>
    BadModel,

    /// <summary>The service would refuse this; it was not sent.</summary>
    CheckFailed,
}
