namespace EdgeMesh.Core.Events;

/// <summary>An event with its place in the job's journal.</summary>
/// <param name="Sequence">From 1, without gaps.</param>
public sealed record SequencedEvent(long Sequence, JobEvent Event);
