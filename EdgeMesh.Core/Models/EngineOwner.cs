namespace EdgeMesh.Core.Models;

/// <summary>Whose process an engine on a device is.</summary>
/// <param name="Uid">The user's number.</param>
/// <param name="User">The user's name; empty when it has none.</param>
/// <param name="Program">The path of its program; empty when the agent's user may not see it.</param>
/// <param name="IsOther">It is neither the agent's user nor root.</param>
/// <param name="IsAllowed">It may get prompts: it is nobody else's, or somebody said yes.</param>
[GenerateSerializer, Immutable]
public sealed record EngineOwner(int Uid, string User, string Program, bool IsOther, bool IsAllowed)
{
    /// <summary>For people: <c>ollama (uid 998), /usr/bin/ollama</c>.</summary>
    public string Words => $"{(User.Length > 0 ? $"{User} (uid {Uid})" : $"uid {Uid}")}{(Program.Length > 0 ? $", {Program}" : "")}";
}
