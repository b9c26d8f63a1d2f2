namespace EdgeMesh.Bench;

/// <summary>One thing to measure, with its baseline in the same run.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>One line for <c>--help</c>.</summary>
    string Summary { get; }

    /// <summary>Measures and returns the rows of the table.</summary>
    Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken);
}
