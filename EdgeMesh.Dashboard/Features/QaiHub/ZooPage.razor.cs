using EdgeMesh.Dashboard.QaiHub.Zoo;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>All models of the zoo, each with its best figure among what the filters leave.</summary>
public sealed partial class ZooPage
{
    private ImmutableArray<ZooModel> Shown => _filter.Now.Apply(Zoo.Models, Has);

    // The model's page begins with the filters of the list.
    private string Link(ZooModel model) => Navigation.GetUriWithQueryParameters(
        $"qaihub/zoo/{model.Id}",
        new Dictionary<string, object?> { ["chipset"] = _filter.Now.Chipset, ["runtime"] = _filter.Now.Runtime, ["precision"] = _filter.Now.Precision, ["inMesh"] = _filter.Now.InMesh ? "true" : null });
}
