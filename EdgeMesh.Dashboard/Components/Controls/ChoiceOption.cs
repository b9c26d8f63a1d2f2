namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>An answer of a <see cref="Choice{T}"/>.</summary>
/// <param name="Icon">A name of <see cref="Controls.Icon"/>, or null.</param>
public sealed record ChoiceOption<T>(T Value, string Name, string? Icon = null);
