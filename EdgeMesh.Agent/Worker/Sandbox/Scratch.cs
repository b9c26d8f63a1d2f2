namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>A folder of its own for one worker, for its owner only; gone with it.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edgemesh-worker-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // It is small, and the system's temp cleaner takes the rest.
        }
    }
}
