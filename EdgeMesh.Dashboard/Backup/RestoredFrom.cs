using System.Text.Json;

namespace EdgeMesh.Dashboard.Backup;

/// <summary>Kept in a data folder that was restored: it has the identity of another one.</summary>
/// <param name="MadeAt">When the backup was made; UTC.</param>
/// <param name="Machine">The computer that it was made on.</param>
/// <param name="RestoredAt">When it was restored; UTC.</param>
public sealed record RestoredFrom(DateTimeOffset MadeAt, string Machine, DateTimeOffset RestoredAt)
{
    public const string FileName = "restored.json";

    /// <summary>What the folder says of itself; null when it was never restored.</summary>
    public static RestoredFrom? Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            return File.Exists(path) ? JsonSerializer.Deserialize<RestoredFrom>(File.ReadAllText(path), JsonSerializerOptions.Web) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
