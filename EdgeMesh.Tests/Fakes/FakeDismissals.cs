using EdgeMesh.Dashboard.Attention;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Dismissals in memory.</summary>
public sealed class FakeDismissals : IDismissals
{
    private volatile ImmutableHashSet<string> current = [];

    public ImmutableHashSet<string> Current => current;

    public void Dismiss(IEnumerable<string> keys) => current = current.Union(keys);

    public void KeepOnly(IReadOnlySet<string> present) => current = current.Intersect(present);
}
