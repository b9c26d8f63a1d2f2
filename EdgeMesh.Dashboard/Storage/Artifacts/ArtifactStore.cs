using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Storage.Artifacts;

/// <summary>
/// Files of jobs: <c>artifacts/{jobId}/{name}</c> in the data directory, there whole or not at all. Over the total quota the oldest jobs'
/// files go first. Thread-safe.
/// </summary>
public sealed partial class ArtifactStore(DashboardOptions dashboard, ArtifactOptions options, ILogger<ArtifactStore> logger)
{
    private const string Unfinished = ".part";
    private readonly Lock _gate = new();
    private readonly string _root = dashboard.ArtifactsPath;
    private long? _total;

    public ArtifactOptions Options => options;

    /// <summary>The bytes of a stored file, or null when there is none of this name.</summary>
    public Stream? Open(JobId job, string name)
    {
        if (!ArtifactNames.IsCanonical(name))
        {
            return null;
        }

        try
        {
            return new FileStream(Path.Combine(Folder(job), name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes a job's files. What cannot be removed now goes at the next start.</summary>
    public void Remove(JobId job)
    {
        lock (_gate)
        {
            RemoveFolder(new DirectoryInfo(Folder(job)));
        }
    }

    /// <summary>At start: removes what no job of the history refers to, and files that were not finished.</summary>
    public void Sweep(IReadOnlySet<string> jobs)
    {
        lock (_gate)
        {
            foreach (var folder in Folders())
            {
                if (!jobs.Contains(folder.Name))
                {
                    RemoveFolder(folder);
                    continue;
                }

                foreach (var file in folder.EnumerateFiles("*" + Unfinished).ToList())
                {
                    file.Delete();
                }
            }
        }
    }

    /// <summary>A new file that is being received.</summary>
    internal FileStream Create(JobId job, out string path)
    {
        Directory.CreateDirectory(Folder(job));
        path = Path.Combine(Folder(job), Guid.NewGuid().ToString("N") + Unfinished);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
    }

    /// <summary>Gives a received file its name, and makes room for it. One of that name was received before a stop, and its attempt did not get to say so.</summary>
    internal void Keep(JobId job, string path, string name)
    {
        lock (_gate)
        {
            var target = Path.Combine(Folder(job), name);
            var total = _total ?? Folders().Sum(Size);
            total += new FileInfo(path).Length - (File.Exists(target) ? new FileInfo(target).Length : 0);
            File.Move(path, target, overwrite: true);
            _total = total;
            MakeRoom(job);
        }
    }

    private static long Size(DirectoryInfo folder) => folder.EnumerateFiles().Where(f => f.Extension != Unfinished).Sum(f => f.Length);

    private string Folder(JobId job) => Path.Combine(_root, job.Value);

    // A job's id sorts by time, so the first name is the oldest job. The job that has just got a file keeps it.
    private List<DirectoryInfo> Folders() =>
        Directory.Exists(_root) ? [.. new DirectoryInfo(_root).EnumerateDirectories().OrderBy(d => d.Name, StringComparer.Ordinal)] : [];

    private void MakeRoom(JobId except)
    {
        if (_total <= options.MaxTotalBytes)
        {
            return;
        }

        foreach (var folder in Folders().Where(f => f.Name != except.Value))
        {
            if (_total <= options.MaxTotalBytes)
            {
                return;
            }

            LogRemoved(logger, folder.Name, options.MaxTotalBytes);
            RemoveFolder(folder);
        }
    }

    private void RemoveFolder(DirectoryInfo folder)
    {
        try
        {
            if (folder.Exists)
            {
                var size = Size(folder);
                folder.Delete(recursive: true);
                _total -= size;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(logger, folder.FullName, e.Message);
        }
    }

    [LoggerMessage(3101, LogLevel.Information, "The files of job {Job} were removed: all files together are over EdgeMesh:Artifacts:MaxTotalBytes ({Limit} bytes).")]
    private static partial void LogRemoved(ILogger logger, string job, long limit);

    [LoggerMessage(3102, LogLevel.Warning, "The folder {Path} could not be removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string path, string reason);
}
