using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Models;

namespace EdgeMesh.Dashboard.Features.Models;

/// <summary>By what the models are ordered.</summary>
public enum ModelSort
{
    /// <summary>As <see cref="ModelMatrix"/> has them: the best first, the built-in ones last.</summary>
    Quality,
    Name,
    Size,
    Devices,
}

/// <summary>What a person wants to see of many models. Pure.</summary>
/// <param name="Find">Words, each of which a model must have in its name or in the name of a device that has it.</param>
/// <param name="Skill">What it must be able to do; null is anything.</param>
public sealed record ModelsView(string Find = "", Skill? Skill = null, ModelSort Sort = ModelSort.Quality)
{
    public bool IsFiltered => Find.Trim().Length > 0 || Skill is not null;

    /// <summary>The models that fit, in order.</summary>
    public ImmutableArray<ModelRow> Of(ImmutableArray<ModelRow> rows)
    {
        var words = Find.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var fitting = rows.Where(r => (Skill is not { } skill || r.Skills.Contains(skill)) && words.All(w => Has(r, w)));
        return Sort switch
        {
            ModelSort.Name => [.. fitting.OrderBy(r => r.Id, StringComparer.CurrentCultureIgnoreCase)],
            ModelSort.Size => [.. fitting.OrderByDescending(r => r.Bytes ?? 0)],
            ModelSort.Devices => [.. fitting.OrderByDescending(r => r.Places.Length)],
            _ => [.. fitting],
        };
    }

    private static bool Has(ModelRow row, string word) =>
        row.Id.Contains(word, StringComparison.CurrentCultureIgnoreCase) || row.Places.Any(p => p.Device.Name.Contains(word, StringComparison.CurrentCultureIgnoreCase));
}
