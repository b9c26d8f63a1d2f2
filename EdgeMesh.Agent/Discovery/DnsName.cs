namespace EdgeMesh.Agent.Discovery;

/// <summary>A name as its labels; a label may contain dots and spaces. Equal without regard to the case of ASCII letters.</summary>
internal sealed class DnsName(ImmutableArray<string> labels) : IEquatable<DnsName>
{
    public static DnsName Root { get; } = new([]);

    public ImmutableArray<string> Labels { get; } = labels;

    /// <summary>A name of plain labels, such as <c>_edgemesh._tcp.local</c>.</summary>
    public static DnsName Parse(string dotted) => new([.. dotted.Split('.')]);

    /// <summary>This name under a further label.</summary>
    public DnsName Under(string label) => new([label, .. Labels]);

    public bool IsUnder(DnsName parent) => Labels.Length > parent.Labels.Length && new DnsName(Labels[^parent.Labels.Length..]).Equals(parent);

    public bool Equals(DnsName? other) => other is not null && Labels.SequenceEqual(other.Labels, StringComparer.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode() => Labels.Aggregate(17, (hash, label) => HashCode.Combine(hash, StringComparer.OrdinalIgnoreCase.GetHashCode(label)));

    public override string ToString() => string.Join('.', Labels);
}
