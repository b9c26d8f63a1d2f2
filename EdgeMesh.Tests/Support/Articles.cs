namespace EdgeMesh.Tests.Support;

/// <summary>Real prose to summarise, about 1,500 words, written for these tests.</summary>
public static class Articles
{
    public static string TidalMill { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Support", "tidal-mill.txt"));
}
