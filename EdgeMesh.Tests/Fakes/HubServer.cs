using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Models.Store;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A server that speaks the part of Hugging Face that the store uses: the tree of a repository, and its files.</summary>
public sealed class HubServer : IAsyncDisposable
{
    private const int LargeFile = 100_000;

    private HubServer(FileServer files) => Files = files;

    public FileServer Files { get; }

    public string Host => Files.Address.ToString();

    public static async Task<HubServer> StartAsync() => new(await FileServer.StartAsync());

    /// <summary>Offers a folder as a repository.</summary>
    public void Offer(string repository, string folder)
    {
        var tree = new List<object>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var (path, content) = (Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes(file));
            Files.Put($"{repository}/resolve/main/{path}", content);
            tree.Add(content.Length > LargeFile
                ? new { type = "file", path, oid = GitHash(content), size = content.Length, lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(content)), size = content.Length } }
                : new { type = "file", path, oid = GitHash(content), size = content.Length });
        }

        Files.Put($"api/models/{repository}/tree/main", JsonSerializer.SerializeToUtf8Bytes(tree));
    }

    /// <summary>Changes a byte of a file after its hash was told.</summary>
    public void Spoil(string repository, string path) => Files.Files[$"/{repository}/resolve/main/{path}"][^1] ^= 1;

    public ValueTask DisposeAsync() => Files.DisposeAsync();

#pragma warning disable CA5350 // git's hash is SHA-1
    private static string GitHash(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
}
