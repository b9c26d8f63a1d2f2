namespace EdgeMesh.Dashboard.Orchestration.Gateway;

/// <summary>
/// Tells a flood from beats. Two a second are sent, and one more at each change of the runtimes, so <see cref="MostASecond"/> is far beyond any
/// honest agent. Not thread-safe; one for each link.
/// </summary>
public sealed class BeatPace(TimeProvider time)
{
    /// <summary>Beats a second that no honest agent sends.</summary>
    public const int MostASecond = 100;

    private long _second = time.GetTimestamp();
    private int _count;

    /// <summary>Counts a beat; true when there were too many within a second.</summary>
    public bool IsTooFast()
    {
        if (time.GetElapsedTime(_second).TotalSeconds >= 1)
        {
            _second = time.GetTimestamp();
            _count = 0;
        }

        return ++_count > MostASecond;
    }
}
