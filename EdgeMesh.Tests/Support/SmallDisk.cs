using EdgeMesh.Tests.Mesh;

namespace EdgeMesh.Tests.Support;

/// <summary>A real disk of a few megabytes (tmpfs) that a test fills, makes read-only and frees.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const int BlockBytes = 4_096;
    private readonly TemporaryDirectory _mount = new();

    private SmallDisk()
    {
    }

    public string Path => _mount.Path;

    public string this[string name] => _mount[name];

    private string Filling => _mount["filling"];

    /// <summary>Mounts one; skips, saying why, where that is not possible. As root on Linux it always is.</summary>
    public static async Task<SmallDisk> MountAsync(int megabytes = 24)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root on Linux, to mount a small disk.");
        var disk = new SmallDisk();
        await LabTool.RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0700", "tmpfs", disk.Path);
        return disk;
    }

    /// <summary>Takes the last byte.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filling, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[BlockBytes];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Filling);

    /// <summary>Mounts it again, read-only or not, under the programs that use it.</summary>
    public Task RemountAsync(bool readOnly) => LabTool.RunAsync("mount", "-o", readOnly ? "remount,ro" : "remount,rw", _mount.Path);

    public async ValueTask DisposeAsync()
    {
        await LabTool.RunAsync("umount", "-l", _mount.Path);
        _mount.Dispose();
    }
}
