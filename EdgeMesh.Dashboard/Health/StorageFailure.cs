using Microsoft.Data.Sqlite;

namespace EdgeMesh.Dashboard.Health;

/// <summary>Tells failures of the disk and the database apart from mistakes of the program.</summary>
public static class StorageFailure
{
    // SQLite's result codes (sqlite3.h); the low byte says what kind of failure it is.
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NoDatabase = 26;

    // The least that SQLite needs to open a database: its index of the log.
    private const long LeastRoom = 64 * 1024;

    // A reader that wanted to write after another had: the caller starts over, nobody holds anything.
    private const int BusySnapshot = 517;

    // errno of Linux and macOS, and the HRESULTs of Windows for the same.
    private static readonly int[] FullDisk = [28, OperatingSystem.IsMacOS() ? 69 : 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];
    private static readonly int[] ReadOnlyDisk = [30, unchecked((int)0x80070013)];

    /// <summary>The same; a disk without room, which SQLite may tell as another failure, is called full.</summary>
    /// <param name="folder">The data folder.</param>
    public static StorageCondition? Of(Exception? exception, string folder) =>
        Of(exception) is { } condition ? condition == StorageCondition.Failed && HasNoRoom(folder) ? StorageCondition.Full : condition : null;

    /// <summary>What storage does not do according to this exception or one inside it; null when it is about something else.</summary>
    public static StorageCondition? Of(Exception? exception) => exception switch
    {
        null => null,
        SqliteException e => Of(e),
        IOException e when FullDisk.Contains(e.HResult) => StorageCondition.Full,
        IOException e when ReadOnlyDisk.Contains(e.HResult) => StorageCondition.ReadOnly,
        AggregateException e => e.InnerExceptions.Select(Of).FirstOrDefault(c => c is not null),
        _ => Of(exception.InnerException),
    };

    private static bool HasNoRoom(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace < LeastRoom;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private static StorageCondition? Of(SqliteException e) => e.SqliteErrorCode switch
    {
        Busy when e.SqliteExtendedErrorCode == BusySnapshot => null,
        Busy or Locked => StorageCondition.Locked,
        Full => StorageCondition.Full,
        ReadOnly => StorageCondition.ReadOnly,
        Corrupt or NoDatabase => StorageCondition.Damaged,
        IoError or CannotOpen => StorageCondition.Failed,
        _ => null,
    };
}
