using System.Net;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Tests.Access;

/// <summary>Wrong logins are held back by address, and all addresses of one IPv6 network are one.</summary>
public sealed class LoginThrottleTests : IDisposable
{
    private readonly LoginThrottle _throttle = new(Options.Create(new DashboardOptions { FailedLoginsPerMinute = 3 }));

    public void Dispose() => _throttle.Dispose();

    [Theory]
    [InlineData("10.0.0.66", "10.0.0.66", "10.0.0.67")]
    [InlineData("10.0.0.66", "::ffff:10.0.0.66", "::ffff:10.0.0.67")]
    [InlineData("2001:db8:0:66::1", "2001:db8:0:66:ffff:ffff:ffff:ffff", "2001:db8:0:67::1")]
    [InlineData("127.0.0.1", "::1", "10.0.0.1")]
    public void Failed_OneNetworkTriedTooOften_ItAloneIsHeldBack(string first, string same, string other)
    {
        Assert.Equal([null, null, null], Enumerable.Range(0, 3).Select(_ => Failed(first)));
        Assert.InRange(Failed(same)!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Null(Failed(other));
    }

    private TimeSpan? Failed(string address) => _throttle.Failed(IPAddress.Parse(address));
}
