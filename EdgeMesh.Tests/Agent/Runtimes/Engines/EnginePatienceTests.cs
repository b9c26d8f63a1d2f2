using System.Net;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

public sealed class EnginePatienceTests
{
    [Theory]
    [InlineData(503, null, 1, 0, 1.0)]
    [InlineData(503, null, 4, 7, 8.0)]
    [InlineData(503, null, 9, 60, 15.0)]
    [InlineData(429, 7.0, 1, 0, 7.0)]
    [InlineData(429, 0.0, 1, 0, 0.5)]
    [InlineData(429, 119.0, 1, 0, 119.0)]
    [InlineData(429, 3_600.0, 1, 0, null)]
    [InlineData(503, 30.0, 3, 100, null)]
    [InlineData(503, null, 20, 119, null)]
    [InlineData(504, null, 2, 1, 2.0)]
    [InlineData(504, null, 3, 3, null)]
    [InlineData(502, null, 1, 0, 1.0)]
    [InlineData(500, 1.0, 1, 0, null)]
    [InlineData(404, 1.0, 1, 0, null)]
    public void Next_Status_WaitsAsAskedAndNeverLongerThanTwoMinutesInAll(int status, double? after, int tries, double waited, double? expected)
    {
        var e = new EngineStatusException((HttpStatusCode)status, "", after is { } s ? TimeSpan.FromSeconds(s) : null);
        Assert.Equal(expected, EnginePatience.Next(e, tries, TimeSpan.FromSeconds(waited))?.TotalSeconds);
    }

    [Fact]
    public void Next_AgainAndAgain_Ends()
    {
        var waited = TimeSpan.Zero;
        var tries = 1;
        for (; EnginePatience.Next(new EngineStatusException(HttpStatusCode.ServiceUnavailable, ""), tries, waited) is { } wait; tries++)
        {
            waited += wait;
        }

        Assert.InRange(waited, TimeSpan.FromSeconds(100), EnginePatience.Longest);
        Assert.InRange(tries, 5, 20);
    }
}
