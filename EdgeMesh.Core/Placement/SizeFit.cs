using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Core.Placement;

/// <summary>Whether a model makes images of the size that was asked for. Pure.</summary>
public static class SizeFit
{
    /// <summary>Stable word for the verdict.</summary>
    public const string Word = "size";

    /// <summary>Null when it does, or none was asked for; else what it makes.</summary>
    public static string? Reject(ModelInfo model, PlannedTask task)
    {
        var sizes = model.Sizes ?? ImageSizes.Usual;
        return task.Options is not ImageOptions asked || sizes.Makes(asked.Width, asked.Height) ? null
            : $"{model.Id} makes {sizes}, not {asked.Width ?? sizes.Width} × {asked.Height ?? sizes.Height}.";
    }
}
