using System.Text;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Where the passphrase of a backup comes from: the keyboard without echo, the first line of a file, or of the standard input (<c>-</c>).</summary>
internal static class Passphrase
{
    /// <summary>Shorter ones can be guessed by who has the file.</summary>
    private const int Shortest = 12;

    /// <summary>Asks for it.</summary>
    /// <param name="file">A file, <c>-</c>, or null for the keyboard.</param>
    /// <param name="isNew">Whether it is chosen now: then it is asked for twice and must be long enough.</param>
    /// <exception cref="StartupException">There is none.</exception>
    public static string Read(string? file, bool isNew)
    {
        var passphrase = file switch
        {
            null => FromKeyboard(isNew),
            "-" => Console.In.ReadLine(),
            _ => FirstLine(file),
        };
        return passphrase switch
        {
            null or "" => throw new StartupException("There is no passphrase. Type one, or name a file that has it in its first line with --passphrase-file FILE (- is the standard input)."),
            { Length: < Shortest } when isNew => throw new StartupException($"The passphrase has fewer than {Shortest} characters. The backup holds the keys of the mesh: choose a longer one, such as five words."),
            _ => passphrase,
        };
    }

    private static string? FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The file of the passphrase cannot be read: {e.Message}", e);
        }
    }

    private static string? FromKeyboard(bool isNew)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        var typed = Ask("Passphrase: ");
        return !isNew || typed.Length < Shortest || Ask("Again: ") == typed ? typed : throw new StartupException("The two passphrases are not the same. Start the command again.");
    }

    private static string Ask(string question)
    {
        Console.Error.Write(question);
        StringBuilder typed = new();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (key.KeyChar != '\0')
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
