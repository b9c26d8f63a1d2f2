using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>The devices of the service: search, filters, order, and whether the mesh has the chip.</summary>
public sealed partial class HubDevicesPage
{
    private static readonly (Column Sort, string Name)[] Columns = [(Column.Name, "Device"), (Column.Chipset, "Chipset"), (Column.System, "System"), (Column.Hexagon, "Hexagon")];
    private readonly AddressFilter<HubDeviceFilter> _filter = new(HubDeviceFilter.None);
    private HubDevice? _picked;
    private Row[] _shown = [];
    private ImmutableArray<HubDevice> _from = [];
    private ImmutableDictionary<string, ImmutableArray<HubMeshDevice>> _mesh = ImmutableDictionary<string, ImmutableArray<HubMeshDevice>>.Empty;
    private Column? _sort;
    private bool _down;
    private bool _reading;

    private enum Column
    {
        Name,
        Chipset,
        System,
        Hexagon,
    }

    [SupplyParameterFromQuery(Name = "search")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "vendor")]
    private string? Vendor { get; set; }

    [SupplyParameterFromQuery(Name = "chipset")]
    private string? Chipset { get; set; }

    [SupplyParameterFromQuery(Name = "os")]
    private string? Os { get; set; }

    [SupplyParameterFromQuery(Name = "format")]
    private string? Form { get; set; }

    [SupplyParameterFromQuery(Name = "hexagon")]
    private string? Hexagon { get; set; }

    [SupplyParameterFromQuery(Name = "framework")]
    private string? Framework { get; set; }

    [SupplyParameterFromQuery(Name = "fp16")]
    private string? Fp16 { get; set; }

    private HubCatalogue Catalogue => Hub.Catalogue;

    /// <summary>The words of the API's filters; what cannot be read filters nothing.</summary>
    private HubDeviceFilter Address => new(
        Text(Search), Text(Vendor), Text(Chipset), Text(Os), Text(Form), HubDeviceFilter.Version(Hexagon) == 0 ? null : Hexagon, Text(Framework), bool.TryParse(Fp16, out var fp16) ? fp16 : null);

    protected override void OnParametersSet()
    {
        if (_filter.Read(Address))
        {
            Show();
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _filter.Read(Address);
        await base.OnInitializedAsync();
        await ReadAsync(false);
    }

    protected override Task ChangedAsync()
    {
        if (_from != Catalogue.Devices)
        {
            _from = Catalogue.Devices;
            _mesh = _from.DistinctBy(HubWords.Key).ToImmutableDictionary(HubWords.Key, Qai.InMesh);
            Show();
        }

        return Task.CompletedTask;
    }

    private async Task ReadAsync(bool now)
    {
        _reading = true;
        await Qai.DevicesAsync(now, Stays);
        _reading = false;
        await ChangedAsync();
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private async Task ChangeAsync(HubDeviceFilter filter)
    {
        var change = _filter.ChangeAsync(filter, filter with { Search = null } == _filter.Now with { Search = null }, Time, Navigation, WordsOf);
        Show();
        await change;
    }

    private static Dictionary<string, object?> WordsOf(HubDeviceFilter filter) => new()
    {
        ["search"] = filter.Search, ["vendor"] = filter.Vendor, ["chipset"] = filter.Chipset, ["os"] = filter.Os, ["format"] = filter.Format, ["hexagon"] = filter.Hexagon,
        ["framework"] = filter.Framework, ["fp16"] = filter.Fp16 is { } fp16 ? fp16 ? "true" : "false" : null,
    };

    private void Sort(Column column)
    {
        (_down, _sort) = (column == Sorted && !_down, column);
        Show();
    }

    // What was searched for is best found at the top, until a column is chosen.
    private Column? Sorted => _sort ?? (_filter.Now.Search is null ? Column.Name : null);

    private void Show()
    {
        Func<HubDevice, string> key = Sorted switch
        {
            Column.Chipset => HubWords.Chipset,
            Column.System => HubWords.System,
            Column.Hexagon => d => $"{HubDeviceFilter.Version(d.Hexagon):000}",
            _ => d => d.Name,
        };
        IEnumerable<HubDevice> fitting = _filter.Now.Apply(_from);
        if (Sorted is not null)
        {
            fitting = (_down ? fitting.OrderByDescending(key, StringComparer.OrdinalIgnoreCase) : fitting.OrderBy(key, StringComparer.OrdinalIgnoreCase))
                .ThenBy(d => d.Name, StringComparer.OrdinalIgnoreCase).ThenBy(d => d.Os, StringComparer.Ordinal);
        }

        _shown = [.. fitting.Select(d => new Row(d, _mesh.GetValueOrDefault(HubWords.Key(d), [])))];
    }

    private sealed record Row(HubDevice Device, ImmutableArray<HubMeshDevice> Mesh)
    {
        public string Key => HubWords.Key(Device);
    }
}
