namespace EdgeMesh.Dashboard.Joining;

/// <summary>The line to paste on a new device, for each system.</summary>
public sealed record JoinCommands(string Linux, string Macos, string Windows, string Termux);
