using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Jobs;

/// <summary>What a finished job found out.</summary>
/// <param name="Message">As it came, unknown fields too; store this.</param>
/// <param name="Source">Who said it.</param>
public sealed record HubJobResult(JobResult Message, HubSource Source);

/// <summary>Waiting for a place: the service has too many jobs of this account.</summary>
/// <param name="Words">What the service says.</param>
/// <param name="Wait">Until it is asked again.</param>
public sealed record HubJobWait(string Words, TimeSpan Wait);
