using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Features.Fleet;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Components;

public sealed class FleetViewTests
{
    private static readonly ImmutableArray<DeviceSnapshot> s_devices =
    [
        Device("Beta", 0, 10, 9_000),
        Device("alpha", 1, 90, 3_000) with { Runtimes = [Samples.Ollama] },
        Device("Gone", 2, 99, 99_000) with { State = DeviceState.Lost },
        Device("Suspect", 3, 50, 5_000) with { State = DeviceState.Suspect },
        Device("Drained", 4, 0, 7_000) with { State = DeviceState.Draining },
        Device("Broken engine", 5, 20, 6_000) with { Runtimes = [Samples.Ollama with { State = RuntimeState.Down, Reason = "Nothing listens." }] },
        Device("Silent", 6, 0, 0) with { Telemetry = null, Profile = null },
    ];

    [Theory]
    [InlineData(FleetSort.Joined, false, "Beta alpha Gone Suspect Drained Broken Silent")]
    [InlineData(FleetSort.Joined, true, "Silent Broken Drained Suspect Gone alpha Beta")]
    [InlineData(FleetSort.Name, false, "alpha Beta Broken Drained Gone Silent Suspect")]
    [InlineData(FleetSort.State, false, "Gone Suspect Broken Drained Beta alpha Silent")]
    // Figures of a device that is gone, or has told none, do not count: it is last.
    [InlineData(FleetSort.Load, false, "alpha Suspect Broken Beta Drained Gone Silent")]
    [InlineData(FleetSort.Ram, false, "Beta Drained Broken Suspect alpha Gone Silent")]
    public void Of_Sorted_IsInThatOrder(FleetSort sort, bool reversed, string expected) => AssertNames(new FleetView(Sort: sort, Reversed: reversed), expected);

    [Theory]
    [InlineData(FleetShow.All, "Beta alpha Gone Suspect Drained Broken Silent")]
    [InlineData(FleetShow.Online, "Beta alpha Broken Silent")]
    [InlineData(FleetShow.Trouble, "Gone Suspect Broken")]
    [InlineData(FleetShow.Draining, "Drained")]
    [InlineData(FleetShow.Busy, "")]
    public void Of_Narrowed_HasOnlyThose(FleetShow show, string expected) => AssertNames(new FleetView(Show: show), expected);

    [Theory]
    [InlineData("ALPHA", "alpha")]
    [InlineData("llama", "alpha Broken")]
    [InlineData("llama engine", "Broken")]
    [InlineData("radeon gpu alpha", "alpha")]
    [InlineData("npu", "")]
    [InlineData("  ", "Beta alpha Gone Suspect Drained Broken Silent")]
    public void Of_Searched_HasAllWords(string find, string expected) => AssertNames(new FleetView(find), expected);

    private static DeviceSnapshot Device(string name, int ordinal, double load, long ram) =>
        Samples.Device(name, ordinal) with { Telemetry = Samples.Telemetry() with { CpuPercent = load, RamFreeMb = ram } };

    private static void AssertNames(FleetView view, string expected) =>
        Assert.Equal(expected, string.Join(' ', view.Of(s_devices).Select(d => d.Name.Split(' ')[0])));
}
