namespace EdgeMesh.Dashboard.Attention;

/// <summary>Troubles that a person has seen and does not want to be told of again, on every page of this dashboard. Thread-safe.</summary>
public interface IDismissals
{
    /// <summary>Keys of <see cref="Trouble"/>.</summary>
    ImmutableHashSet<string> Current { get; }

    /// <summary>Says no more of these until they come anew.</summary>
    void Dismiss(IEnumerable<string> keys);

    /// <summary>Forgets those whose trouble is gone, so that it is told when it comes anew.</summary>
    void KeepOnly(IReadOnlySet<string> present);
}
