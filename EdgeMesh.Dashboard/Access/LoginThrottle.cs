using System.Net;
using System.Threading.RateLimiting;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// How many wrong logins an address (IPv6: a /64 network) gets told apart in a minute. Tokens and keys are 256 random bits, so a right one is never refused:
/// what is bounded is the work and the log lines of wrong ones, and nobody can lock anybody out.
/// </summary>
internal sealed class LoginThrottle(IOptions<DashboardOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress?> _limiter = PartitionedRateLimiter.Create<IPAddress?, PeerNetwork>(address =>
        RateLimitPartition.GetFixedWindowLimiter(PeerNetwork.Of(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = options.Value.FailedLoginsPerMinute, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>Counts a wrong login; null when it is to be answered as wrong, else how long this address has to wait.</summary>
    public TimeSpan? Failed(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
    }

    public void Dispose() => _limiter.Dispose();
}
