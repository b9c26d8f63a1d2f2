namespace EdgeMesh.Dashboard.Health;

/// <summary>What every background service needs to go on whatever happens.</summary>
public sealed class Steadiness(StorageHealth storage, TimeProvider time, ILogger<SteadyService> logger)
{
    public StorageHealth Storage => storage;

    public TimeProvider Time => time;

    public ILogger Logger => logger;
}

/// <summary>
/// A background service that no failure ends: it is started again, after a pause that grows, or as soon as things can be stored again when that was the matter. The
/// host would end the whole process for one service that failed.
/// </summary>
public abstract partial class SteadyService(Steadiness steady) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The work, until it is stopped. It must be able to begin again where it failed.</summary>
    protected abstract Task RunAsync(CancellationToken stoppingToken);

    /// <summary>Does what may fail without harm, such as the last things before a stop; a failure is said.</summary>
    protected async Task TryAsync(Func<Task> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        try
        {
            await step();
        }
        catch (Exception e)
        {
            Tell(e);
        }
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = steady.Time.GetTimestamp();
            try
            {
                await RunAsync(stoppingToken);
                return;
            }
            catch (Exception e)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                Tell(e);
            }

            pause = steady.Time.GetElapsedTime(began) > LongestPause ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, steady.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await steady.Storage.WorksAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tell(Exception e)
    {
        if (!steady.Storage.Failed(e))
        {
            LogFailed(steady.Logger, GetType().Name, e);
        }
    }

    [LoggerMessage(2403, LogLevel.Error, "{Service} failed and is started again.")]
    private static partial void LogFailed(ILogger logger, string service, Exception exception);
}
