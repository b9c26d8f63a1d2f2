namespace EdgeMesh.QaiHub.Emulator.State;

/// <summary>The files of models and data sets, each under a name the emulator made up. Never read into memory.</summary>
internal sealed class AssetFolder
{
    private const int Buffer = 128 * 1024;
    private readonly string _folder;

    public AssetFolder(string folder) => _folder = Directory.CreateDirectory(folder).FullName;

    /// <summary>What all files take, also those still being uploaded.</summary>
    public long Bytes => new DirectoryInfo(_folder).EnumerateFiles().Sum(f => f.Length);

    public IEnumerable<string> Keys => Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f));

    public string PathOf(string key) => Path.Combine(_folder, key);

    public FileStream Create(string key) => new(PathOf(key), FileMode.Create, FileAccess.Write, FileShare.None, Buffer, FileOptions.Asynchronous);

    public FileStream Open(string key) => new(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, Buffer, FileOptions.Asynchronous);

    public void Rename(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    public void Delete(string key) => File.Delete(PathOf(key));

    public long Length(string key) => new FileInfo(PathOf(key)).Length;
}
