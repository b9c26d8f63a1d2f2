namespace EdgeMesh.Core.Events;

/// <summary>A device that has, or had, a task of a job.</summary>
/// <param name="Name">As it was when the task was placed.</param>
public sealed record JobDevice(DeviceId Id, string Name);
