namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>What a job tells the devices of its attempts.</summary>
internal sealed class JobDevices(IGrainFactory grains)
{
    /// <summary>Gives orders to their devices.</summary>
    /// <returns>False when they may not have arrived: they have to be sent again.</returns>
    public async Task<bool> OrderAsync(IReadOnlyCollection<AttemptOrder> orders)
    {
        try
        {
            await Task.WhenAll(orders.GroupBy(o => o.Placement.Device).Select(g => grains.GetGrain<IDeviceGrain>(g.Key.Value).RunAsync([.. g])));
            return true;
        }
        catch (Exception e) when (e is TimeoutException or Orleans.Runtime.OrleansException)
        {
            return false;
        }
    }

    /// <summary>Stops attempts.</summary>
    public Task StopAsync(JobId job, IEnumerable<OpenAttempt> attempts) =>
        Task.WhenAll(attempts.Select(a => grains.GetGrain<IDeviceGrain>(a.Attempt.DeviceId.Value).CancelAsync(new AttemptId(job, a.Task.Id, a.Attempt.Number))));

    /// <summary>Stops attempts that nobody waits for, because another one was first. A device that does not hear of it now is told when it links, and what it says meanwhile changes nothing.</summary>
    public async Task StopSupersededAsync(JobId job, IEnumerable<OpenAttempt> attempts)
    {
        try
        {
            await StopAsync(job, attempts);
        }
        catch (Exception e) when (e is TimeoutException or Orleans.Runtime.OrleansException)
        {
            // As above.
        }
    }
}

/// <summary>An attempt that has not ended, with its task.</summary>
internal readonly record struct OpenAttempt(TaskView Task, AttemptView Attempt)
{
    /// <summary>All of a job.</summary>
    public static IEnumerable<OpenAttempt> Of(JobView view) => view.Tasks.SelectMany(t => t.Open.Select(a => new OpenAttempt(t, a)));
}
