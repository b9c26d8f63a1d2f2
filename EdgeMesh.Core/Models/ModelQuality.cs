namespace EdgeMesh.Core.Models;

/// <summary>How good a model is for one skill. Pure.</summary>
public static class ModelQuality
{
    private const int Best = 5;

    /// <summary>Its tier; one made for code counts one higher for code and one lower for all else, 1 at least. Tier 0 stays the last choice.</summary>
    public static int For(ModelInfo model, Skill? skill)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.QualityTier == 0 || !IsMadeForCode(model) ? model.QualityTier
            : skill == Skill.Code ? Math.Min(Best, model.QualityTier + 1)
            : Math.Max(1, model.QualityTier - 1);
    }

    /// <summary>The first of a model's skills is what it is made for.</summary>
    public static bool IsMadeForCode(ModelInfo model) => model is { Skills: [Skill.Code, _, ..] };
}
