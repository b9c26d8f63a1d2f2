namespace EdgeMesh.Bench.Reporting;

/// <summary>A line of the table.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Value">The measured value.</param>
/// <param name="Unit">Of value, target and baseline.</param>
/// <param name="Target">What it should reach; null is none.</param>
/// <param name="BaselineName">What it is compared to.</param>
/// <param name="Baseline">The baseline's value in the same run.</param>
internal sealed record Row(string What, double Value, string Unit, Target? Target, string BaselineName, double Baseline)
{
    public double Ratio => Value / Baseline;

    /// <summary>Whether the target is reached; null without one.</summary>
    public bool? Met => Target?.IsMetBy(Value);
}

/// <summary>A limit from above (a time, a size) or from below (a rate).</summary>
internal sealed record Target(double Limit, bool IsCeiling)
{
    public static Target AtMost(double limit) => new(limit, true);

    public static Target AtLeast(double limit) => new(limit, false);

    public bool IsMetBy(double value) => IsCeiling ? value <= Limit : value >= Limit;
}
