namespace EdgeMesh.Dashboard.Components.Layout.Palette;

/// <summary>A line of the command palette.</summary>
/// <param name="Group">The heading that it stands under.</param>
/// <param name="Name">What it is called; searched first.</param>
/// <param name="Note">A fact beside the name; not searched.</param>
/// <param name="Icon">A name of <see cref="Controls.Icon"/>.</param>
/// <param name="Words">Other words that people may type for it.</param>
/// <param name="OnlySearched">Whether it is shown only when it was searched for: commands for each of many things.</param>
public sealed record PaletteEntry(string Group, string Name, string Note, string Icon, PaletteAction Action, string Words = "", bool OnlySearched = false);
