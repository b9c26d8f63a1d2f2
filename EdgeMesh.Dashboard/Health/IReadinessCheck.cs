namespace EdgeMesh.Dashboard.Health;

/// <summary>One part that must be up before the dashboard is ready (<c>GET /readyz</c>). Add yours with <c>AddSingleton&lt;IReadinessCheck, …&gt;</c>.</summary>
public interface IReadinessCheck
{
    /// <summary>The part's name, such as <c>database</c>.</summary>
    string Name { get; }

    /// <summary>What is missing, in words; null when the part is ready.</summary>
    ValueTask<string?> MissingAsync(CancellationToken cancellationToken);
}
