namespace EdgeMesh.Dashboard.Health;

/// <summary>What is the matter with the disk and the database of the data folder.</summary>
public enum StorageCondition
{
    /// <summary>What is written is stored.</summary>
    Ok,

    /// <summary>The disk, or this user's part of it, has no room.</summary>
    Full,

    /// <summary>Another program holds the database.</summary>
    Locked,

    /// <summary>The disk, the folder or a file takes no writes.</summary>
    ReadOnly,

    /// <summary>Pages of the database cannot be read as what they should be; what lies elsewhere in it still works.</summary>
    Damaged,

    /// <summary>The disk fails in another way.</summary>
    Failed,
}

/// <summary>The state of storage, for pages and <c>/readyz</c>.</summary>
/// <param name="Since">When it became so; UTC.</param>
/// <param name="Problem">What is wrong and what to do; null when all is well.</param>
public sealed record StorageState(StorageCondition Condition, DateTimeOffset Since, Problem? Problem)
{
    /// <summary>Whether anything can be stored now. A damaged database still takes what does not touch the damage.</summary>
    public bool CanStore => Condition is StorageCondition.Ok or StorageCondition.Damaged;
}
