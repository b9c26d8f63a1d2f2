using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>The file that is sent: opened once, and looked at so that two versions of it never end up in one upload.</summary>
internal sealed class UploadFile : IDisposable
{
    private readonly string _path;
    private readonly long _bytes;
    private readonly DateTimeOffset _modified;

    public UploadFile(UploadState state)
    {
        (_path, _bytes, _modified) = (state.Path, state.Bytes, state.Modified);
        Unchanged();
        Handle = Guard(_path, p => File.OpenHandle(p, options: FileOptions.Asynchronous | FileOptions.SequentialScan));
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Its size and when it was last written.</summary>
    public static (long Bytes, DateTimeOffset Modified) Stat(string path)
    {
        var info = Guard(path, p => new FileInfo(p));
        return !info.Exists ? throw Local(path, "does not exist")
            : info.Length == 0 ? throw new QaiHubException(HubFailure.LocalFile, $"{Path.GetFileName(path)} is empty.", "Export the model again, or choose another file.")
            : (info.Length, new DateTimeOffset(info.LastWriteTimeUtc));
    }

    /// <summary>Fails when the file is not the one that the upload began with.</summary>
    public void Unchanged()
    {
        if (Stat(_path) != (_bytes, _modified))
        {
            throw new QaiHubException(HubFailure.FileChanged, $"{Path.GetFileName(_path)} changed since its upload began.", "Begin a new upload.");
        }
    }

    // By its name alone: on a dashboard, where it lies is nobody's business.
    public static QaiHubException Local(string path, string why, Exception? inner = null) =>
        new(HubFailure.LocalFile, $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(path))} {why}.", "Check the path and its permissions.", inner);

    public void Dispose() => Handle.Dispose();

    /// <summary>Opens a file; what stands in the way has a name.</summary>
    public static T Guard<T>(string path, Func<string, T> open)
    {
        try
        {
            return open(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Local(path, "cannot be read", e);
        }
    }
}
