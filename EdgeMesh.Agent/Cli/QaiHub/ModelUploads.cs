using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary>Uploads a model, and goes on with an upload that an earlier run of the same command left.</summary>
internal static class ModelUploads
{
    public static async Task<string> SendAsync(IQaiHubClient client, ModelPackage package, string name, CancellationToken cancellationToken)
    {
        var zip = Path.Combine(Path.GetTempPath(), $"edgemesh-{Guid.NewGuid():N}.zip");
        try
        {
            var upload = await package.PrepareAsync(name, zip, cancellationToken);
            var memory = package.IsFolder ? null : Remembered(client.Config.ApiUrl, upload);
            var state = Read(memory, upload) ?? await client.Models.BeginUploadAsync(upload, cancellationToken);
            HubSession.Say($"Uploading {Path.GetFileName(package.Path)}: {Size(state.Bytes)}{(state.PartsDone > 0 ? $", {Size(state.BytesDone)} of it there already" : "")}");
            var id = await client.Models.ContinueUploadAsync(state, new Progress(memory), cancellationToken);
            Forget(memory);
            HubSession.Say($"Model: {id}");
            return id;
        }
        finally
        {
            File.Delete(zip);
        }
    }

    private static string Size(long bytes) => bytes < 1_000_000 ? $"{bytes:N0} bytes" : $"{bytes / 1e6:0.#} MB";

    private static string Remembered(Uri service, ModelUpload upload)
    {
        var folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "edgemesh-agent", "qaihub");
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{service}\n{Path.GetFullPath(upload.Path)}\n{upload.Name}"));
        return Path.Combine(folder, $"{Convert.ToHexStringLower(key)[..32]}.json");
    }

    private static UploadState? Read(string? memory, ModelUpload upload)
    {
        var file = new FileInfo(upload.Path);
        return memory is not null && File.Exists(memory) && UploadState.FromJson(File.ReadAllText(memory)) is { } state
            && (state.Path, state.Bytes, state.Modified) == (Path.GetFullPath(upload.Path), file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) ? state : null;
    }

    private static void Forget(string? memory)
    {
        if (memory is not null)
        {
            File.Delete(memory);
        }
    }

    /// <summary>Keeps the state after each part, for its owner only: its addresses let anyone upload.</summary>
    private sealed class Progress(string? memory) : IProgress<UploadProgress>
    {
        private int _parts = -1;

        public void Report(UploadProgress value)
        {
            if (memory is null || value.State.PartsDone == _parts)
            {
                return;
            }

            _parts = value.State.PartsDone;
            Directory.CreateDirectory(Path.GetDirectoryName(memory)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var writer = new StreamWriter(memory, options);
            writer.Write(value.State.ToJson());
        }
    }
}
