namespace EdgeMesh.QaiHub;

/// <summary>A part of a list.</summary>
/// <param name="Items">In the service's order: newest first.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record HubPage<T>(ImmutableArray<T> Items, long Total)
{
    /// <summary>Who said so.</summary>
    public HubSource Source { get; init; }
}
