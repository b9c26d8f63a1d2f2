namespace EdgeMesh.Dashboard.Health;

/// <summary>What is said about a state of storage: the cause, then what to do.</summary>
internal static class StorageWords
{
    private const string Database = "edgemesh.db";

    /// <summary>Who was refused may try again then: a disk that is full is looked at every few seconds.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    /// <summary>Why a file that a person sent did not arrive. The system's words name files of the dashboard's own, which are nobody's business.</summary>
    public static string NotReceived(Exception exception) =>
        StorageFailure.Of(exception) == StorageCondition.Full ? "The dashboard's disk is full." : "It was cut off, or the dashboard could not write it to its disk.";

    /// <summary>The problem of a condition; null when all is well.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="cause">What the disk or the database said.</param>
    public static Problem? Of(StorageCondition condition, string folder, string cause) => condition switch
    {
        StorageCondition.Ok => null,
        StorageCondition.Full => new Problem(
            "storage_full", "The disk of the data folder is full.", $"Nothing can be stored in {folder}: new jobs are refused, and what happens meanwhile is kept in memory.",
            "Free space on that disk. What waits is stored by itself then; nothing has to be restarted."),
        StorageCondition.Locked => new Problem(
            "storage_locked", "Another program has locked the database.", $"{Path.Combine(folder, Database)} cannot be written: new jobs are refused, and what happens meanwhile is kept in memory.",
            "Close the program that uses the file, such as a database browser or a copy that is under way. Nothing has to be restarted."),
        StorageCondition.ReadOnly => new Problem(
            "storage_read_only", "The data folder cannot be written.", $"{folder} takes no writes: {cause} New jobs are refused, and what happens meanwhile is kept in memory.",
            "Make the disk and the folder writable for the user who runs the dashboard. Nothing has to be restarted."),
        StorageCondition.Damaged => new Problem(
            "storage_damaged", "The database is damaged.", $"Parts of {Path.Combine(folder, Database)} cannot be read: {cause} Some jobs may be missing.",
            "Check the disk. Then stop the dashboard, move its data folder away and restore the latest backup: EdgeMesh.Dashboard restore FILE."),
        _ => new Problem(
            "storage_failed", "The data folder cannot be written.", $"The disk of {folder} failed: {cause} New jobs are refused, and what happens meanwhile is kept in memory.",
            "Check the disk. The dashboard goes on by itself when it works again."),
    };
}
