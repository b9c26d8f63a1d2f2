using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub.Catalog;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>The devices of the service: search, filters, order, and whether the mesh has the chip.</summary>
public sealed partial class HubDevicesPage
{
    private static readonly (Column Sort, string Name)[] Columns = [(Column.Name, "Device"), (Column.Chipset, "Chipset"), (Column.System, "System"), (Column.Hexagon, "Hexagon")];
    private HubDeviceFilter _filter = HubDeviceFilter.None;
    private HubDevice? _picked;
    private Row[] _shown = [];
    private ImmutableArray<HubDevice> _from = [];
    private ImmutableDictionary<string, ImmutableArray<HubMeshDevice>> _mesh = ImmutableDictionary<string, ImmutableArray<HubMeshDevice>>.Empty;
    private Column _sort = Column.Name;
    private bool _down;
    private bool _reading;

    private enum Column
    {
        Name,
        Chipset,
        System,
        Hexagon,
    }

    private HubCatalogue Catalogue => Hub.Catalogue;

    protected override async Task OnInitializedAsync()
    {
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

    private void Change(HubDeviceFilter filter)
    {
        _filter = filter;
        Show();
    }

    private void Sort(Column column)
    {
        (_down, _sort) = (column == _sort && !_down, column);
        Show();
    }

    private void Show()
    {
        Func<HubDevice, string> key = _sort switch
        {
            Column.Chipset => HubWords.Chipset,
            Column.System => HubWords.System,
            Column.Hexagon => d => $"{HubDeviceFilter.Version(d.Hexagon):000}",
            _ => d => d.Name,
        };
        var fitting = _filter.Apply(_from);
        var sorted = _down ? fitting.OrderByDescending(key, StringComparer.OrdinalIgnoreCase) : fitting.OrderBy(key, StringComparer.OrdinalIgnoreCase);
        _shown = [.. sorted.ThenBy(d => d.Name, StringComparer.OrdinalIgnoreCase).ThenBy(d => d.Os, StringComparer.Ordinal).Select(d => new Row(d, _mesh.GetValueOrDefault(HubWords.Key(d), [])))];
    }

    private sealed record Row(HubDevice Device, ImmutableArray<HubMeshDevice> Mesh)
    {
        public string Key => HubWords.Key(Device);
    }
}
