using System.Text.Json;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>What this dashboard knows of data sets: a small file for each, by account. A note that cannot be read or written is only missing.</summary>
public sealed class HubDataNotes(DashboardOptions dashboard)
{
    private readonly string _folder = Path.Combine(dashboard.DataDirectory, "qaihub", "datasets");

    public HubDataNote? Read(string account, string id)
    {
        try
        {
            var path = PathOf(account, id);
            return File.Exists(path) ? JsonSerializer.Deserialize<HubDataNote>(File.ReadAllBytes(path)) is { Inputs.IsDefault: false } note ? note : null : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(string account, HubDataNote note)
    {
        try
        {
            var path = PathOf(account, note.Id);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            OwnerOnlyFile.Write(path, JsonSerializer.Serialize(note));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The data set itself is at the service.
        }
    }

    /// <summary>A file of our own for a while.</summary>
    public string Temporary()
    {
        Directory.CreateDirectory(_folder);
        return Path.Combine(_folder, $"{Guid.NewGuid():n}.h5");
    }

    /// <summary>At start: what was under way when the dashboard stopped.</summary>
    public void Sweep()
    {
        try
        {
            foreach (var left in Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.h5*") : [])
            {
                File.Delete(left);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // At the next start again.
        }
    }

    // An account's key is an address: its letters and digits name the folder.
    private string PathOf(string account, string id) => Path.Combine(_folder, string.Concat(account.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')), id + ".json");
}
