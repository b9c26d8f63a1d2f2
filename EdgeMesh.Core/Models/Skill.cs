using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Models;

/// <summary>What a model can be asked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Skill>))]
public enum Skill
{
    [JsonStringEnumMemberName("summarize")] Summarize,
    [JsonStringEnumMemberName("chat")] Chat,
    [JsonStringEnumMemberName("code")] Code,
    [JsonStringEnumMemberName("image")] Image,
}
