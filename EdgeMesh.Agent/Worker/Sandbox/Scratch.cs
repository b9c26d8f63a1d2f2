namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>A folder of its own for one worker, for its owner only; gone with it.</summary>
internal sealed class Scratch : IDisposable
{
    private const string Prefix = "edgemesh-worker-";

    static Scratch() => Sweep();

    public string Path { get; } = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // It is small, and the next agent takes the rest.
        }
    }

    // What agents that were killed left behind.
    private static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            if (!OperatingSystem.IsLinux() || !int.TryParse(System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], out var agent) || Directory.Exists($"/proc/{agent}"))
            {
                continue;
            }

            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another agent takes it just now.
            }
        }
    }
}
