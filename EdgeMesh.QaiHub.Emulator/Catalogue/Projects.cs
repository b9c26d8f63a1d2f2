using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>The projects there are: one that every job is in, as jobs say of none, and an empty one.</summary>
internal static class Projects
{
    public const string Everything = "p5gemulg5";
    public const string Nothing = "p5gemptg5";

    public static ProjectList ToWire() => new()
    {
        Projects = { new Project { Id = Everything, Name = "Emulated project", IsGlobal = true }, new Project { Id = Nothing, Name = "Empty project" } },
        TotalQueryCount = 2,
    };
}
