using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>Looks at the database before anything else is made, and brings it to this version's schema. What cannot be used is said in one sentence, and left as it is.</summary>
internal static class DatabaseOpening
{
    // Made after the database, at the first start: where one of them is, there was a database.
    private static readonly string[] MadeAfterIt = ["admin.key", "ca"];

    /// <summary>Opens, checks and migrates it; a new one is made where there is no mesh yet.</summary>
    /// <exception cref="StartupException">The database cannot be used.</exception>
    public static void Open(StoragePlace place)
    {
        var isNew = !File.Exists(place.Database);
        if (isNew)
        {
            RefuseToBeginAnew(place, "is missing");
        }

        try
        {
            using var db = new MeshDbContext(Options(place.Database));
            if (!isNew && db.Database.SqlQueryRaw<int>("SELECT COUNT(*) AS Value FROM sqlite_master").Single() == 0)
            {
                RefuseToBeginAnew(place, "is empty");
            }

            Migrate(db, place, isNew);
        }
        catch (SqliteException e)
        {
            throw new StartupException(Sentence(place, e), e);
        }
    }

    /// <summary>Looks whether this version can use a database, and changes nothing.</summary>
    /// <exception cref="StartupException">It was written by a newer one, or cannot be read.</exception>
    public static void Check(string database)
    {
        var place = new StoragePlace(Path.GetDirectoryName(database)!, database);
        try
        {
            using var db = new MeshDbContext(Options(database));
            _ = Pending(db, place, db.Database.GetAppliedMigrations());
        }
        catch (SqliteException e)
        {
            throw new StartupException(Sentence(place, e), e);
        }
    }

    private static DbContextOptions<MeshDbContext> Options(string database)
    {
        var options = new DbContextOptionsBuilder<MeshDbContext>();
        StorageSetup.Configure(options, database);
        return options.Options;
    }

    private static void Migrate(MeshDbContext db, StoragePlace place, bool isNew)
    {
        // Nothing is written when nothing is to be done: a disk that is full may still be read.
        if (Pending(db, place, isNew ? [] : db.Database.GetAppliedMigrations()))
        {
            db.Database.Migrate();
        }

        db.Database.ExecuteSqlRaw("PRAGMA journal_mode=WAL");
    }

    private static bool Pending(MeshDbContext db, StoragePlace place, IEnumerable<string> applied)
    {
        var (known, had) = (db.Database.GetMigrations().ToList(), applied.ToList());
        return had.Except(known).FirstOrDefault() is { } newer
            ? throw new StartupException(
                $"{place.Database} was written by a newer version of EdgeMesh (it has {newer}); this is {DashboardVersion.Current}. Start the newer version, or restore a backup of this one into another folder.")
            : known.Except(had).Any();
    }

    private static void RefuseToBeginAnew(StoragePlace place, string what)
    {
        if (MadeAfterIt.FirstOrDefault(name => Path.Exists(Path.Combine(place.Folder, name))) is { } left)
        {
            throw new StartupException(
                $"{place.Database} {what}, but {Path.Combine(place.Folder, left)} is there: the jobs and devices of this mesh would be lost without a word. Put the database back, or restore a backup; to begin a new mesh, move the whole folder away.");
        }
    }

    private static string Sentence(StoragePlace place, SqliteException e) => StorageFailure.Of(e, place.Folder) switch
    {
        StorageCondition.Damaged => $"{place.Database} is damaged or no database ({e.Message}). Move {place.Folder} away and restore the latest backup: EdgeMesh.Dashboard restore FILE --data {place.Folder}.",
        { } condition when StorageWords.Of(condition, place.Folder, e.Message) is { } problem => $"{problem.Title} {place.Database}: {e.Message} {problem.Remedy}",
        _ => $"{place.Database} cannot be used: {e.Message} Restore a backup, or start the version of EdgeMesh that wrote it.",
    };
}
