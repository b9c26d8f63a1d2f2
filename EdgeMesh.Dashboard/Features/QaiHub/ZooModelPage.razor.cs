using EdgeMesh.Dashboard.QaiHub.Zoo;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>One model of the zoo: how fast it is on which chip, and getting it.</summary>
public sealed partial class ZooModelPage
{
    private int _most = 40;

    [Parameter]
    public string Id { get; set; } = "";

    private ZooModel? Model => Zoo.Models.FirstOrDefault(m => m.Id == Id);

    // What can be tried in the mesh comes first.
    private List<ZooBuild> Shown => Model is null || _filter.Now.Apply([Model], Has) is not [var fitting] ? [] : [.. fitting.Builds.OrderBy(b => Has(b.Chip) ? 0 : 1).ThenBy(b => b.Rank)];

    // Of the largest time, or of the highest speed, among what is shown.
    private double Length(ZooBuild build) => Math.Abs(build.Rank) / Shown.Max(b => Math.Abs(b.Rank));
}
