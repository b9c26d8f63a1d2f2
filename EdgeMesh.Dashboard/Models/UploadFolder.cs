using System.Text.Json;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Uploads on disk: a folder each, files by their SHA-256, and <c>upload.json</c> with what of it has arrived.</summary>
internal static class UploadFolder
{
    private const string List = "upload.json";

    /// <summary>Writes the list of an upload; the last of several writers that come together writes the whole of it.</summary>
    public static void Write(string folder, OpenUpload upload)
    {
        lock (upload)
        {
            OwnerOnlyFile.Write(Path.Combine(folder, List), JsonSerializer.Serialize(upload.Upload));
        }
    }

    /// <summary>Reads what the last run of the dashboard left, and removes what had not arrived whole. What cannot be removed stays for the next start.</summary>
    public static IReadOnlyList<ModelUpload> Restore(string root)
    {
        var found = new List<ModelUpload>();
        if (!Directory.Exists(root))
        {
            return found;
        }

        foreach (var folder in Directory.EnumerateDirectories(root).ToList())
        {
            try
            {
                if (Read(folder) is { } upload)
                {
                    found.Add(upload);
                    Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f) is var name && name != List && !upload.Files.Any(u => u.Sha256 == name)).ToList().ForEach(File.Delete);
                }
                else
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It only takes room.
            }
        }

        return found;
    }

    // Null when there is no list, or a file of it is not there in its length.
    private static ModelUpload? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelUpload>(File.ReadAllText(Path.Combine(folder, List))) is { Files.IsDefaultOrEmpty: false } upload
                && upload.Id == Path.GetFileName(folder)
                && upload.Files.All(f => new FileInfo(Path.Combine(folder, f.Sha256)) is { Exists: true } there && there.Length == f.Bytes)
                ? upload : null;
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
            return null;
        }
    }
}
