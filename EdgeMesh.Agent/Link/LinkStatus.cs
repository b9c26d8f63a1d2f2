using System.Text.Json;
using EdgeMesh.Agent.Files;

namespace EdgeMesh.Agent.Link;

/// <summary>What the running agent last said of its link, for <c>status</c> and <c>doctor</c>.</summary>
/// <param name="Linked">Whether it is linked.</param>
/// <param name="Words">Where to, or why not.</param>
public sealed record LinkStatus(bool Linked, string Words, DateTimeOffset At)
{
    /// <summary>Null when no agent ran with this directory yet.</summary>
    public static LinkStatus? Read(string dataDirectory)
    {
        try
        {
            return JsonSerializer.Deserialize<LinkStatus>(File.ReadAllText(PathOf(dataDirectory)), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(string dataDirectory)
    {
        try
        {
            OwnerOnlyFile.Write(PathOf(dataDirectory), JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk is no reason to lose the link.
        }
    }

    private static string PathOf(string dataDirectory) => Path.Combine(dataDirectory, "link.json");
}
