using Microsoft.Data.Sqlite;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>One consistent copy of the database, whether or not a dashboard writes it meanwhile.</summary>
internal static class DatabaseCopy
{
    /// <summary>Copies the database as it is at one moment. It is a reader like others: nobody waits for it.</summary>
    /// <exception cref="BackupException">The database is not there, or damaged.</exception>
    public static void Make(string database, string target)
    {
        if (!File.Exists(database))
        {
            throw new BackupException($"{database} is not there, so there is nothing to back up. Name the data folder with --data DIR.");
        }

        try
        {
            using var connection = Open(database, SqliteOpenMode.ReadWrite);
            using var copy = connection.CreateCommand();
            copy.CommandText = "VACUUM INTO $target";
            copy.Parameters.AddWithValue("$target", target);
            copy.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw new BackupException($"{database} could not be copied: {e.Message} Free space on the disk of its folder; when it is damaged, keep the last good backup.", e);
        }
    }

    /// <summary>What is wrong with a database, or null; reads all of it.</summary>
    public static string? Check(string database)
    {
        try
        {
            using var connection = Open(database, SqliteOpenMode.ReadOnly);
            using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            return check.ExecuteScalar() as string is "ok" ? null : "its database is damaged";
        }
        catch (SqliteException e)
        {
            return $"its database cannot be read ({e.Message})";
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60, Mode = mode }.ToString());
        connection.Open();
        return connection;
    }
}
