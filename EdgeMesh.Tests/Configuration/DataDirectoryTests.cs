using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Configuration;

/// <summary>One dashboard has a data folder at a time.</summary>
public sealed class DataDirectoryTests
{
    [Fact]
    public void Open_ASecondDashboard_IsRefusedInWordsAndHarmsNothing()
    {
        using var folder = new TemporaryDirectory();
        var path = folder["data"];
        Assert.False(DataDirectory.IsInUse(path));
        using (DataDirectory.Open(path))
        {
            var refused = Assert.Throws<StartupException>(() => DataDirectory.Open(path));
            Assert.Equal($"Another dashboard already uses the data folder {path}. Stop that one, or give this one its own with --data DIR.", refused.Message);
            Assert.True(DataDirectory.IsInUse(path));
        }

        Assert.False(DataDirectory.IsInUse(path));
        using var next = DataDirectory.Open(path);
        Assert.Equal(path, next.Path);
    }
}
