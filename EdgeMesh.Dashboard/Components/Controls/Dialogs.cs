using MudBlazor;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>How dialogs open: our own head and width, Escape closes, they leave with the page.</summary>
public static class Dialogs
{
    public static DialogOptions Own { get; } = new() { NoHeader = true, CloseOnEscapeKey = true, CloseOnNavigation = true, MaxWidth = MaxWidth.False };
}
