using System.Net;
using EdgeMesh.Dashboard.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Counts failed logins in windows of a minute, per address and in all. Too many: wait for the next window.</summary>
internal sealed class LoginThrottle(IOptions<DashboardOptions> options, TimeProvider time)
{
    private const int TimesForAll = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> failures = [];
    private long began = time.GetTimestamp();
    private int all;

    /// <summary>How long this address has to wait; null when it may try.</summary>
    public TimeSpan? Wait(IPAddress? address)
    {
        lock (gate)
        {
            var left = Window - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                failures.Clear();
                (all, began) = (0, time.GetTimestamp());
                return null;
            }

            var limit = options.Value.FailedLoginsPerMinute;
            return failures.GetValueOrDefault(address ?? IPAddress.None) >= limit || all >= limit * TimesForAll ? left : null;
        }
    }

    public void Failed(IPAddress? address)
    {
        lock (gate)
        {
            all++;
            failures[address ?? IPAddress.None] = failures.GetValueOrDefault(address ?? IPAddress.None) + 1;
        }
    }
}
