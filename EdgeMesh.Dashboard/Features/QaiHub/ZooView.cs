using EdgeMesh.Dashboard.Components;
using EdgeMesh.Dashboard.QaiHub.Zoo;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>A page over the zoo: its filters are in the address, and it knows which chips the mesh has.</summary>
public abstract class ZooView : HubView
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(250);
    private protected readonly AddressFilter<ZooFilter> _filter = new(ZooFilter.None);
    private long _edit;

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

    protected async Task ChangeAsync(ZooFilter filter)
    {
        var typing = filter with { Search = null } == _filter.Now with { Search = null };
        _filter.Change(filter);
        var mine = ++_edit;
        if (typing)
        {
            await Task.Delay(TypingPause, Time);
        }

        if (mine == _edit && _filter.Write())
        {
            Navigation.NavigateTo(
                Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
                {
                    ["search"] = filter.Search, ["task"] = filter.Task, ["chipset"] = filter.Chipset, ["runtime"] = filter.Runtime, ["precision"] = filter.Precision, ["inMesh"] = filter.InMesh ? "true" : null,
                }),
                replace: typing);
        }
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
