using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary><c>admin.key</c>: the secret of the admin key, one line, readable by the owner only. The file is the truth: what is in it is the key.</summary>
internal sealed class AdminKeyFile(IOptions<DashboardOptions> options)
{
    private string FilePath => options.Value.AdminKeyPath;

    /// <summary>The secret in the file, or a new one that is written to it first.</summary>
    /// <exception cref="StartupException">The file holds something else.</exception>
    public string ReadOrCreate()
    {
        if (!File.Exists(FilePath))
        {
            var secret = Secret.New();
            // Whole or not at all: a half-written key would lock its owner out.
            OwnerOnlyFile.Write(FilePath, secret + "\n");
            return secret;
        }

        return Read(FilePath);
    }

    /// <summary>Looks at the file when it is there, before anything is started.</summary>
    /// <exception cref="StartupException">As <see cref="ReadOrCreate"/>.</exception>
    public static void Check(string path)
    {
        if (File.Exists(path))
        {
            Read(path);
        }
    }

    private static string Read(string path) =>
        File.ReadAllText(path).Trim() is var text && Secret.IsWellFormed(text)
            ? text
            : throw new StartupException($"{path} is empty or holds no EdgeMesh key. Delete it, and the next start makes a new one.");

    public void Delete() => File.Delete(FilePath);
}
