namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>Keeps a second emulator out of a folder for as long as it is held.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        try
        {
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new IOException($"Another emulator uses {folder}. Stop it, or choose another folder.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
