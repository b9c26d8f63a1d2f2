namespace EdgeMesh.QaiHub.Transfers;

/// <summary>Fetches files that the service points to. The token is never sent there.</summary>
public interface IHubDownloads
{
    /// <summary>
    /// Streams a file to <paramref name="path"/>. It is written beside it and renamed when it is whole; a part that an earlier attempt left is gone on with where the
    /// storage can do that, and begun anew where not.
    /// </summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.WrongSize"/>, <see cref="HubFailure.WrongType"/>, <see cref="HubFailure.DownloadRefused"/> and others.</exception>
    Task<DownloadedFile> SaveAsync(HubFile file, string path, DownloadCheck? check = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default);
}

/// <summary>A file that can be fetched for a while by anyone who has the address.</summary>
/// <param name="Name">The service's name for it, such as <c>job_j5w2gx7p5_optimized_onnx.onnx.zip</c>. Never use it as a path.</param>
public sealed record HubFile(Uri Url, string Name)
{
    /// <summary>Who named it.</summary>
    public HubSource Source { get; init; }

    public override string ToString() => Name;
}

/// <summary>What the file must be.</summary>
/// <param name="MostBytes">More is refused. Default: the service's limit of 10 GB.</param>
/// <param name="Content">What its first bytes must show; default anything.</param>
public sealed record DownloadCheck(long MostBytes = DownloadCheck.ServiceLimit, FileContent Content = FileContent.Any)
{
    /// <summary>10 GB.</summary>
    public const long ServiceLimit = 10_000_000_000;
}

/// <summary>Kinds of files that their first bytes give away.</summary>
public enum FileContent
{
    /// <summary>Whatever.</summary>
    Any,

    /// <summary>A zip.</summary>
    Zip,

    /// <summary>A TensorFlow Lite model.</summary>
    Tflite,

    /// <summary>An ONNX model, or the zip of one.</summary>
    Onnx,

    /// <summary>A QNN library or binary: anything but text, markup or an empty file.</summary>
    Binary,
}

/// <summary>How far a download is.</summary>
/// <param name="Total">Null when the storage does not say.</param>
public sealed record DownloadProgress(long Bytes, long? Total);

/// <summary>A file that is here and whole.</summary>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record DownloadedFile(string Path, long Bytes, string Sha256);
