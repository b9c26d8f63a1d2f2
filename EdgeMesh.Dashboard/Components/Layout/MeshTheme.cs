using MudBlazor;

namespace EdgeMesh.Dashboard.Components.Layout;

/// <summary>The design tokens as MudBlazor knows them; tokens.css is the source.</summary>
public static class MeshTheme
{
    public static MudTheme Theme { get; } = new()
    {
        PaletteDark = new PaletteDark
        {
            Background = "#0B0D10", AppbarBackground = "#0B0D10", DrawerBackground = "#0B0D10", Surface = "#111418", BackgroundGray = "#171B20", TableHover = "#171B20",
            LinesDefault = "#1F242B", TableLines = "#1F242B", Divider = "#1F242B", LinesInputs = "#2B323B", TextPrimary = "#EEF1F4", TextSecondary = "#AEB6C1",
            TextDisabled = "#8791A0", ActionDefault = "#AEB6C1", Primary = "#8AA0FF", PrimaryContrastText = "#0B0D10", Success = "#4FC38A", Warning = "#E3A83F",
            Error = "#F4736E", Info = "#6DB4F2", Dark = "#9DB0C8", Secondary = "#CB93EE", Tertiary = "#3FC6CE",
        },
        PaletteLight = new PaletteLight
        {
            Background = "#F6F7F9", AppbarBackground = "#F6F7F9", DrawerBackground = "#F6F7F9", Surface = "#FFFFFF", BackgroundGray = "#F2F4F6", TableHover = "#F2F4F6",
            LinesDefault = "#E5E8EC", TableLines = "#E5E8EC", Divider = "#E5E8EC", LinesInputs = "#D3D8DF", TextPrimary = "#12161B", TextSecondary = "#48515D",
            TextDisabled = "#606A77", ActionDefault = "#48515D", Primary = "#3F55D4", PrimaryContrastText = "#FFFFFF", Success = "#16734A", Warning = "#8A5A00",
            Error = "#C42B2F", Info = "#0A63B8", Dark = "#4A5F7A", Secondary = "#8238B8", Tertiary = "#06727B",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "7px", AppbarHeight = "52px", DrawerWidthLeft = "208px" },
        Typography = new Typography { Default = new DefaultTypography { FontFamily = ["Inter", "system-ui", "sans-serif"], FontSize = "13px", LineHeight = "20px" } },
    };
}
