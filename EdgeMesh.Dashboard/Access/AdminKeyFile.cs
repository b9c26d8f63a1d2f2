using EdgeMesh.Agent.Hosting;
using EdgeMesh.Dashboard.Hosting;
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

        var text = File.ReadAllText(FilePath).Trim();
        return Secret.IsWellFormed(text)
            ? text
            : throw new StartupException($"{FilePath} does not hold an EdgeMesh key. Delete it, and the next start makes a new one.");
    }

    public void Delete() => File.Delete(FilePath);
}
