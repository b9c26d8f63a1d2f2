using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.QaiHub.Zoo;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>A page over the zoo: its filters are in the address, and it knows which chips the mesh has.</summary>
public abstract class ZooView : HubView
{
    private protected readonly AddressFilter<ZooFilter> _filter = new(ZooFilter.None);

    [Inject]
    protected IModelZoo Zoo { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "search")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "task")]
    private string? ForWhat { get; set; }

    [SupplyParameterFromQuery(Name = "chipset")]
    private string? Chipset { get; set; }

    [SupplyParameterFromQuery(Name = "runtime")]
    private string? Runtime { get; set; }

    [SupplyParameterFromQuery(Name = "precision")]
    private string? Precision { get; set; }

    [SupplyParameterFromQuery(Name = "inMesh")]
    private string? InMesh { get; set; }

    private ZooFilter Address => new(Text(Search), Text(ForWhat), Text(Chipset), Text(Runtime), Text(Precision), InMesh == "true");

    /// <summary>Whether the mesh has this chip.</summary>
    protected bool Has(ZooChip chip) => !Zoo.InMesh(chip).IsEmpty;

    protected override void OnParametersSet() => _filter.Read(Address);

    protected override async Task OnInitializedAsync()
    {
        _filter.Read(Address);
        await base.OnInitializedAsync();
    }

    protected Task ChangeAsync(ZooFilter filter) =>
        _filter.ChangeAsync(filter, filter with { Search = null } == _filter.Now with { Search = null }, Time, Navigation, WordsOf);

    private static Dictionary<string, object?> WordsOf(ZooFilter filter) => new()
    {
        ["search"] = filter.Search, ["task"] = filter.Task, ["chipset"] = filter.Chipset, ["runtime"] = filter.Runtime, ["precision"] = filter.Precision, ["inMesh"] = filter.InMesh ? "true" : null,
    };

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
