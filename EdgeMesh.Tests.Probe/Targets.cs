namespace EdgeMesh.Tests.Probe;

/// <summary>What the probe tries itself on.</summary>
/// <param name="Secret">A file that it must not read, in a folder that it must not list or write to.</param>
/// <param name="Model">A file that it may read and not change.</param>
/// <param name="Scratch">A folder that it may write to.</param>
/// <param name="TcpPort">Somebody listens there on loopback.</param>
/// <param name="UnixSocket">Somebody listens there.</param>
/// <param name="Outside">A process outside.</param>
public sealed record Targets(string Secret, string Model, string Scratch, int TcpPort, string UnixSocket, int Outside);
