using EdgeMesh.Agent.Runtimes.Engines;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EnginePulseTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly EnginePulse _pulse;

    public EnginePulseTests() => _pulse = new EnginePulse(_time) { LongestWait = TimeSpan.FromMinutes(30) };

    [Fact]
    public async Task Listen_NothingComesAndProbesGetNoAnswer_GivesUp()
    {
        var waiting = WaitAsync();
        _time.Advance(TimeSpan.FromSeconds(15));
        _pulse.Missed();
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        var thrown = await Assert.ThrowsAsync<EngineSilentException>(() => waiting);
        Assert.Contains("sent nothing for 3", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_NothingComesButProbesAreAnswered_GoesOnForALongTime()
    {
        var waiting = WaitAsync();
        for (var i = 0; i < 150; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            _pulse.Heard();
        }

        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Contains("30 minutes", (await Assert.ThrowsAsync<EngineSilentException>(() => waiting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_NobodyProbes_IsNotTakenForSilence()
    {
        var waiting = WaitAsync();
        _time.Advance(TimeSpan.FromMinutes(29));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<EngineSilentException>(() => waiting);
    }

    [Fact]
    public async Task Listen_AMissedProbeBeforeTheLastWord_DoesNotCount()
    {
        _pulse.Missed();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(7, await _pulse.ListenAsync(_ => Task.FromResult(7), CancellationToken.None));
        var waiting = WaitAsync();
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(30));
        await Assert.ThrowsAsync<EngineSilentException>(() => waiting);
    }

    [Fact]
    public async Task Listen_Cancelled_IsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = _pulse.ListenAsync<int>(ForeverAsync, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static async Task<int> ForeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }

    private Task<int> WaitAsync() => _pulse.ListenAsync<int>(ForeverAsync, CancellationToken.None);
}
