using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Models;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components;

public sealed class ModelsViewTests
{
    private static readonly ImmutableArray<ModelRow> s_rows =
    [
        Row("qwen3-8b", 5L << 30, ["North"], Skill.Chat, Skill.Code),
        Row("llama3.2:3b", 2L << 30, ["North", "South"], Skill.Chat),
        Row("flux", 9L << 30, ["South"], Skill.Image),
        Row("Anna", null, ["North", "South", "West"]),
    ];

    [Theory]
    [InlineData(ModelSort.Quality, "qwen3-8b llama3.2:3b flux Anna")]
    [InlineData(ModelSort.Name, "Anna flux llama3.2:3b qwen3-8b")]
    [InlineData(ModelSort.Size, "flux qwen3-8b llama3.2:3b Anna")]
    [InlineData(ModelSort.Devices, "Anna llama3.2:3b qwen3-8b flux")]
    public void Of_Sorted_IsInThatOrder(ModelSort sort, string expected) => AssertIds(new ModelsView(Sort: sort), expected);

    [Theory]
    [InlineData("LLAMA", null, "llama3.2:3b")]
    [InlineData("south", null, "llama3.2:3b flux Anna")]
    [InlineData("south a", Skill.Chat, "llama3.2:3b")]
    [InlineData("", Skill.Image, "flux")]
    [InlineData("nothing", null, "")]
    public void Of_Narrowed_HasOnlyThose(string find, Skill? skill, string expected) => AssertIds(new ModelsView(find, skill), expected);

    private static ModelRow Row(string id, long? bytes, string[] devices, params Skill[] skills) =>
        new(id, [.. skills], 3, [.. devices.Select(d => new ModelPlace(Samples.Device(d), ["Ollama"], true, false, bytes, null))]);

    private static void AssertIds(ModelsView view, string expected) => Assert.Equal(expected, string.Join(' ', view.Of(s_rows).Select(r => r.Id)));
}
