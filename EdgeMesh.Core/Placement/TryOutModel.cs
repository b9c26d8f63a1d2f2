using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Placement;

/// <summary>Built-in models for trying out. Pure.</summary>
public static class TryOutModel
{
    /// <summary>Whether a model is a built-in one for trying out: tier 0.</summary>
    public static bool Is(ModelInfo model, Skill? skill) => skill is not null && model.QualityTier == 0;
}
