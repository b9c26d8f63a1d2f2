using System.CommandLine;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Jobs;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub profile</c>: measures a compiled model on a device.</summary>
internal static class ProfileCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "The id of a model, or of the compile job that made it." };
        var (device, os, attribute) = (CommonOptions.Device(), CommonOptions.Os(), CommonOptions.Attribute());
        var (options, name, noWait, profile) = (CommonOptions.Options(), CommonOptions.Name(), CommonOptions.NoWait(), CommonOptions.Profile());
        var command = new Command("profile", "Measures a compiled model on a device; prints the job's id, then what was measured.") { model, device, os, attribute, options, name, noWait, profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(parsed.GetValue(profile), async session =>
        {
            var id = await ModelOfAsync(session.Client, parsed.GetValue(model)!, cancellation);
            var target = await session.DeviceAsync(parsed.GetValue(device)!, parsed.GetValue(os), parsed.GetValue(attribute), cancellation);
            return await RunAsync(session, new ProfileRequest(id, target, parsed.GetValue(name) ?? "", parsed.GetValue(options) ?? ""), !parsed.GetValue(noWait), cancellation);
        }));
        return command;
    }

    public static async Task<int> RunAsync(HubSession session, ProfileRequest request, bool wait, CancellationToken cancellationToken)
    {
        if (await session.SubmitAsync(request, wait, cancellationToken) is { } job)
        {
            Print(HubProfile.Of((await session.Client.Jobs.GetResultAsync(job.Id, cancellationToken)).Message));
        }

        return 0;
    }

    public static void Print(HubProfile profile)
    {
        TextTable.Print(["INFERENCE", "RUNS", "FIRST LOAD", "WARM LOAD", "PEAK MEMORY"],
        [
            [Milliseconds(profile.Inference), $"{profile.AllInferences.Length}", Milliseconds(profile.FirstLoad), Milliseconds(profile.WarmLoad), $"{profile.PeakMemory.Lower / 1e6:0.#}–{profile.PeakMemory.Upper / 1e6:0.#} MB"],
        ]);
        Console.WriteLine();
        TextTable.Print(["UNIT", "LAYERS", "SHARE", "TIME"], profile.Units.Select(u => (string[])[u.Unit.ToString().ToUpperInvariant(), $"{u.Layers}", $"{u.Share:P0}", Milliseconds(u.Time)]));
    }

    private static string Milliseconds(TimeSpan? time) => time is { } known ? $"{known.TotalMilliseconds:0.###} ms" : "not measured";

    /// <summary>Ids of jobs begin with j, those of models with m.</summary>
    private static async Task<string> ModelOfAsync(IQaiHubClient client, string id, CancellationToken cancellationToken)
    {
        if (!id.StartsWith('j'))
        {
            return id;
        }

        var job = await client.Jobs.GetAsync(id, cancellationToken);
        return job.TargetModel?.Id ?? throw new QaiHubException(HubFailure.NotReady, $"Job {id} has made no model; it is \"{job.State.Title()}\".", "Name a compile job that is done.");
    }
}
