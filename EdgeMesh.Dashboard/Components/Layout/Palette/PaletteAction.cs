namespace EdgeMesh.Dashboard.Components.Layout.Palette;

/// <summary>What an entry of the command palette does.</summary>
public abstract record PaletteAction
{
    private PaletteAction()
    {
    }

    /// <summary>Goes to a page.</summary>
    public sealed record Go(string Path) : PaletteAction;

    /// <summary>Sets the theme of this browser: <c>dark</c>, <c>light</c> or <c>system</c>.</summary>
    public sealed record Theme(string Wish) : PaletteAction;

    /// <summary>Opens the dialog with the command for a new device.</summary>
    public sealed record AddDevice : PaletteAction;

    /// <summary>Ends this browser's session.</summary>
    public sealed record SignOut : PaletteAction;

    /// <summary>The device finishes what it has and takes nothing new, or takes work again.</summary>
    public sealed record Drain(DeviceId Device, string DeviceName, bool Resume) : PaletteAction;
}
