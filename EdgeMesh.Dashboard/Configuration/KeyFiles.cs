using EdgeMesh.Agent.Identity;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Private keys in the data folder, opened so that a broken one is said in one sentence at the start.</summary>
internal static class KeyFiles
{
    private const string FileName = "device.key";

    /// <summary>Opens the key of a folder, or makes one.</summary>
    /// <param name="remedy">What to do when the file holds no key.</param>
    /// <exception cref="StartupException">The file holds no key, or the folder cannot be used.</exception>
    public static DeviceKey Open(string folder, string remedy)
    {
        try
        {
            return DeviceKey.Open(folder);
        }
        catch (DeviceKeyException e)
        {
            var path = Path.Combine(folder, FileName);
            throw new StartupException(e.Message.StartsWith(path, StringComparison.Ordinal) ? $"{path} is empty or no key any more. {remedy}" : e.Message, e);
        }
    }

    /// <summary>Looks at a key that is there already; makes none.</summary>
    /// <exception cref="StartupException">As <see cref="Open"/>.</exception>
    public static void Check(string folder, string remedy)
    {
        if (File.Exists(Path.Combine(folder, FileName)))
        {
            Open(folder, remedy).Dispose();
        }
    }
}
