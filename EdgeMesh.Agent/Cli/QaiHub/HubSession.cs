using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Doctor;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary>One command's client. Results go to the output, everything else to the error output.</summary>
internal sealed class HubSession : IDisposable
{
    private readonly QaiHubClientFactory _factory = new(TimeProvider.System);

    private HubSession(string? profile) => Found = new ConfigFinder().Find(profile: profile);

    public ConfigSearch Found { get; }

    /// <summary>The client; fails by name when there is no configuration.</summary>
    public IQaiHubClient Client => field ??= _factory.Create(Found.Require());

    public IHubDoctor Doctor => _factory.CreateDoctor();

    /// <summary>Runs a command: 0 fine, 1 it could not be done; its cause and remedy are printed.</summary>
    public static async Task<int> RunAsync(string? profile, Func<HubSession, Task<int>> work)
    {
        try
        {
            using var session = new HubSession(profile);
            return await work(session);
        }
        catch (QaiHubException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped. A job that was created goes on at the service; 'qaihub jobs' shows it.");
            return 1;
        }
    }

    /// <summary>Something for people, beside the result.</summary>
    public static void Say(string line) => Console.Error.WriteLine(line);

    public async Task<HubDevice> DeviceAsync(string name, string? os, string[]? attributes, CancellationToken cancellationToken)
    {
        var device = await Client.Catalog.SelectDeviceAsync(new DeviceQuery(name, os ?? "", [.. attributes ?? []]), cancellationToken);
        Say($"Device: {device}");
        return device;
    }

    /// <summary>Creates a job and, unless told not to, waits for its end. Prints its id first, so that it is known whatever comes. Null when it was not waited for.</summary>
    public async Task<HubJob?> SubmitAsync(HubJobRequest request, bool wait, CancellationToken cancellationToken)
    {
        var id = await Client.Jobs.CreateAsync(request, new Waits(), cancellationToken);
        Console.WriteLine(id);
        Say($"{Client.Config.Page($"jobs/{id}")}");
        return wait ? Ended(await Client.Jobs.WaitAsync(id, new States(), cancellationToken: cancellationToken)) : null;
    }

    private static HubJob Ended(HubJob job) => job.State == JobState.Done
        ? job
        : throw new QaiHubException(HubFailure.JobFailed, $"Job {job.Id} failed: {job.FailureReason ?? "the service gives no reason"}.", FailureRemedies.Of(job) ?? "");

    /// <summary>Says each state once, as it comes.</summary>
    private sealed class States : IProgress<HubJob>
    {
        private JobState? _last;

        public void Report(HubJob value)
        {
            if (value.State != _last)
            {
                _last = value.State;
                Say($"{value.Id}: {value.State.Title()}");
            }
        }
    }

    /// <summary>Says why nothing goes on, and when it is tried again.</summary>
    private sealed class Waits : IProgress<HubJobWait>
    {
        public void Report(HubJobWait value) => Say($"{value.Words} Trying again in {value.Wait.TotalSeconds:0} s.");
    }

    public void Dispose() => _factory.Dispose();
}
