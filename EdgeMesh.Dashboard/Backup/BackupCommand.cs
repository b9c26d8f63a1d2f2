using System.CommandLine;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Backup;

/// <summary><c>EdgeMesh.Dashboard backup FILE</c> and <c>restore FILE</c>.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> File = new("FILE") { Description = "The file of the backup." };

    private static readonly Option<string?> PassphraseFile = new("--passphrase-file")
    {
        Description = "A file whose first line is the passphrase; - reads it from the standard input. Without it the passphrase is asked for.",
        HelpName = "FILE",
    };

    /// <summary>The two commands.</summary>
    /// <param name="data">The option of the data directory.</param>
    public static IEnumerable<Command> All(Option<string?> data)
    {
        Command backup = new("backup", "Make a backup of the data directory, encrypted with a passphrase. The dashboard may run meanwhile.") { File, data, PassphraseFile };
        backup.SetAction(given => Say(() => Backup(Folder(given.GetValue(data)), given.GetValue(File)!, given.GetValue(PassphraseFile))));
        Command restore = new("restore", "Restore a backup into a data directory that is not there yet.") { File, data, PassphraseFile };
        restore.SetAction(given => Say(() => Restore(given.GetValue(File)!, Folder(given.GetValue(data)), given.GetValue(PassphraseFile))));
        return [backup, restore];
    }

    private static string Backup(string folder, string target, string? passphraseFile)
    {
        if (FileOwner.OtherThanMe(folder) is { } uid)
        {
            throw new StartupException($"The data folder {folder} belongs to another user (uid {uid}). Run this as the user who runs the dashboard.");
        }

        DataDirectory.KeepToOwner();
        var (files, bytes) = BackupWriter.Write(folder, Path.GetFullPath(target), Passphrase.Read(passphraseFile, isNew: true), TimeProvider.System);
        return $"{target}: {files} files of {folder}, {bytes / 1e6:0.0} MB. It holds the keys of the mesh: without the passphrase nobody can read it, you neither.";
    }

    private static string Restore(string backup, string folder, string? passphraseFile)
    {
        DataDirectory.KeepToOwner();
        var (manifest, files) = BackupReader.Restore(Path.GetFullPath(backup), folder, Passphrase.Read(passphraseFile, isNew: false), TimeProvider.System, Check);
        return $"""
            {folder}: {files} files, as they were on {manifest.MadeAt:u} on {manifest.Machine}.
            It is the same dashboard to every device: if the one it was made of still runs, stop that one before you start this one.
            Models were not in the backup; this computer's device fetches them again.
            """;
    }

    // The same looks as at a start, before anything is changed.
    internal static string? Check(string folder)
    {
        var options = new DashboardOptions { DataDirectory = folder };
        try
        {
            DatabaseOpening.Check(options.DatabasePath);
            AdminKeyFile.Check(options.AdminKeyPath);
            OrchestratorKey.Check(options);
            return null;
        }
        catch (StartupException e)
        {
            return e.Message.Replace(folder, "FOLDER", StringComparison.Ordinal);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }
    }

    private static string Folder(string? data) => Path.GetFullPath(data ?? DataDirectory.DefaultPath());

    private static void Say(Func<string> act)
    {
        try
        {
            Console.Out.WriteLine(act());
        }
        catch (BackupException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}
