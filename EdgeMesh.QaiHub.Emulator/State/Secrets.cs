using System.Security.Cryptography;

namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>Random values that stay the same as long as the folder does.</summary>
internal static class Secrets
{
    /// <summary>40 hexadecimal digits, as the service's tokens; made at the first start, readable by the owner only.</summary>
    public static string Keep(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: 40 } kept)
        {
            return kept;
        }

        string made = RandomNumberGenerator.GetHexString(40, lowercase: true);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(made);
        return made;
    }
}
