namespace EdgeMesh.Core.Placement;

/// <summary>The filters that every mesh has. A host adds its own by registering one more <see cref="IPlacementFilter"/>; it is asked after these.</summary>
public static class PlacementFilters
{
    /// <summary>In the order they are asked: the first that rejects a device gives the reason.</summary>
    public static ImmutableArray<IPlacementFilter> Standard { get; } =
        [new ForcedDeviceFilter(), new ExcludedFilter(), new OnlineFilter(), new AcceleratorFilter(), new StartingFilter(), new SkillFilter()];
}
