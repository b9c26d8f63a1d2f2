using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary><c>EdgeMesh.Dashboard login-link</c>: prints a new login link of the dashboard that runs on this data folder.</summary>
internal static class LoginLinkCommand
{
    /// <summary>Holds the address of the running dashboard; written at its start, for this command only.</summary>
    private const string AddressFile = "dashboard.url";

    /// <summary>Keeps where the dashboard answers.</summary>
    public static void Keep(DataDirectory data, string address) => OwnerOnlyFile.Write(Path.Combine(data.Path, AddressFile), address);

    /// <summary>The new link.</summary>
    /// <exception cref="StartupException">No dashboard runs on the folder, or this user may not write it.</exception>
    public static string Make(string? data)
    {
        var path = Path.GetFullPath(data ?? DataDirectory.DefaultPath());
        if (!DataDirectory.IsInUse(path))
        {
            throw new StartupException($"No dashboard runs with the data folder {path}, or it is another user's. Start one, and it prints a login link; or name its folder with --data DIR.");
        }

        try
        {
            var address = File.ReadAllText(Path.Combine(path, AddressFile)).Trim();
            return $"{address}/login?t={new LoginLinkFile(path, TimeProvider.System).Make()}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The data folder {path} cannot be written: {e.Message} Run this as the user who runs the dashboard.", e);
        }
    }
}
