using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Planning;

public sealed class RefusalTests
{
    [Fact]
    public void Plan_NoDevices_SaysHowToAddOne()
    {
        var refusal = Refuse(Any.Request(), FleetSnapshot.Empty);
        Assert.Equal(("no_device", "Add a device on the Fleet page."), (refusal.Code, refusal.Remedy));
    }

    [Fact]
    public void Plan_ForcedDeviceUnknown_NamesTheField()
    {
        var refusal = Refuse(Any.Request(policy: JobPolicy.ForceDevice, device: Any.Id(9)), Any.FleetOf(Any.Device()));
        Assert.Equal(("device_unknown", "deviceId"), (refusal.Code, refusal.Field));
        Assert.Contains(Any.Id(9).Short, refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DeviceState.Lost, "device_offline", "Bring Device 0 back")]
    [InlineData(DeviceState.Suspect, "device_offline", "Bring Device 0 back")]
    [InlineData(DeviceState.Draining, "device_offline", "Resume Device 0")]
    public void Plan_ForcedDeviceNotOnline_NamesItAndTheRemedy(DeviceState state, string code, string remedy)
    {
        var refusal = Refuse(Any.Request(policy: JobPolicy.ForceDevice, device: Any.Id(0)), Any.FleetOf(Any.Device(0, state), Any.Device(1)));
        Assert.Equal(code, refusal.Code);
        Assert.StartsWith("Device 0: ", refusal.Detail, StringComparison.Ordinal);
        Assert.StartsWith(remedy, refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ForcedDeviceCannot_SaysWhatItLacks()
    {
        var refusal = Refuse(Any.Request(JobKind.Chat, JobPolicy.ForceDevice, Any.Id(0)), Any.FleetOf(Any.Device()));
        Assert.Equal("device_cannot", refusal.Code);
        Assert.Contains("chat", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ModelUnknown_ListsThoseThatAre()
    {
        var refusal = Refuse(Any.Request() with { Model = "gpt-99" }, Any.FleetOf(Any.Device()));
        Assert.Equal(("model_unknown", "model"), (refusal.Code, refusal.Field));
        Assert.Equal("No device has the model gpt-99. There are: textrank.", refusal.Detail);
    }

    [Fact]
    public void Plan_RequireNpuWithout_SaysWhatToDo()
    {
        var refusal = Refuse(Any.Request(policy: JobPolicy.RequireNpu), Any.FleetOf(Any.Device(), Any.Device(1)));
        Assert.Equal("Device 0: No NPU. Device 1: No NPU.", refusal.Detail);
        Assert.Equal("Choose \"Best available\", or add a device with an NPU.", refusal.Remedy);
    }

    [Fact]
    public void Plan_EverythingOffline_SaysToStartAnAgent()
    {
        var empty = Any.Device(0, DeviceState.Lost) with { Runtimes = [] };
        Assert.Contains("Start an agent", Refuse(Any.Request(), Any.FleetOf(empty)).Remedy, StringComparison.Ordinal);
        Assert.Equal("Bring Device 1 back: it has a model for this.", Refuse(Any.Request(), Any.FleetOf(empty, Any.Device(1, DeviceState.Lost))).Remedy);
    }

    [Fact]
    public void Plan_ImageWithoutRuntime_IsRefusedBeforeRunning() =>
        Assert.Contains("image model", Refuse(Any.Request(JobKind.Image), Any.FleetOf(Any.Device())).Remedy, StringComparison.Ordinal);

    private static Problem Refuse(JobRequest request, FleetSnapshot fleet) => PlanningPipeline.Plan(request, fleet, Any.Context()).Refusal!;
}
