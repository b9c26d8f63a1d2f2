using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Downloads;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Models.Store.Downloads;

/// <summary>The speed that an install reports, with a clock that the test turns.</summary>
public sealed class SpeedMeterTests
{
    [Fact]
    public async Task Install_SteadySource_ReportsItsSpeedAndTheTimeLeft()
    {
        var time = new FakeTimeProvider();
        using var folder = new EdgeMesh.Tests.Support.TemporaryDirectory();
        using var store = ModelStore.Open(folder.Path, time);
        var installer = new ModelInstaller(store, new DeviceRoom(_ => 1L << 40, () => null), new StoreLimits { ProgressEvery = TimeSpan.Zero }, time);
        var reports = new Reports();
        var content = new EdgeMesh.Agent.Models.Store.Sources.UploadSource("m.gguf", new SteadyStream(time, pieces: 20), 20_000);
        await installer.InstallAsync(new InstallRequest(ModelId.Parse("m"), content), reports, TestContext.Current.CancellationToken);
        var late = reports.Seen.Last(r => r.Phase == InstallPhase.Fetching && r.Bytes == 15_000);
        Assert.Equal(2_000, late.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(2.5), late.Remaining);
        Assert.Null(reports.Seen.First(r => r.Phase == InstallPhase.Fetching).BytesPerSecond);
    }

    /// <summary>1,000 bytes each half second of the test's clock.</summary>
    private sealed class SteadyStream(FakeTimeProvider time, int pieces) : MemoryStream
    {
        private int _left = pieces;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            return ValueTask.FromResult(_left-- > 0 ? 1_000 : 0);
        }
    }
}
