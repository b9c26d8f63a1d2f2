using System.CommandLine;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub jobs</c>: the newest jobs, or one in full.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "One job; without it the newest ones.", Arity = ArgumentArity.ZeroOrOne };
        var type = new Option<string?>("--type") { Description = "compile, profile, inference, quantize or link." };
        type.AcceptOnlyFromAmong("compile", "profile", "inference", "quantize", "link");
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 20 };
        var profile = CommonOptions.Profile();
        var command = new Command("jobs", "Shows the newest jobs, or one job.") { id, type, limit, profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(parsed.GetValue(profile), session => parsed.GetValue(id) is { } one
            ? OneAsync(session, one, cancellation)
            : ListAsync(session, parsed.GetValue(type), parsed.GetValue(limit), cancellation)));
        return command;
    }

    private static async Task<int> ListAsync(HubSession session, string? type, int limit, CancellationToken cancellationToken)
    {
        var kind = type is null ? JobType.Unspecified : Enum.Parse<JobType>(type, ignoreCase: true);
        var page = await session.Client.Jobs.ListSummariesAsync(new JobQuery(Limit: limit, Type: kind), cancellationToken);
        TextTable.Print(
            ["ID", "TYPE", "STATE", "NAME", "DEVICE", "CREATED"],
            page.Items.Select(j => (string[])[j.Id, j.Type.ToString(), j.State.Title(), j.Name, $"{j.DeviceName} {j.DeviceOs}".Trim(), Time(j.Created)]));
        HubSession.Say($"{page.Items.Length} of {page.Total} jobs.");
        return 0;
    }

    private static async Task<int> OneAsync(HubSession session, string id, CancellationToken cancellationToken)
    {
        var job = await session.Client.Jobs.GetAsync(id, cancellationToken);
        TextTable.Print(["ID", "TYPE", "STATE", "NAME", "DEVICE", "MODEL", "MADE"],
            [[job.Id, job.Type.ToString(), job.State.Title(), job.Name, job.Device?.ToString() ?? "", job.Model?.Id ?? "", job.TargetModel?.Id ?? ""]]);
        foreach (var (what, when) in (ReadOnlySpan<(string, DateTimeOffset?)>)[("Created", job.Created), ("Queued", job.Queued), ("Started", job.Started), ("Completed", job.Completed)])
        {
            Console.WriteLine($"{what,-10}{Time(when)}");
        }

        Console.WriteLine($"{"Options",-10}{job.Options}");
        if (job.State == JobState.Failed)
        {
            Console.WriteLine($"{"Failed",-10}{job.FailureReason}\n{"",10}{FailureRemedies.Of(job)}");
        }

        if (job is { Type: JobType.Profile, State: JobState.Done })
        {
            Console.WriteLine();
            ProfileCommand.Print(HubProfile.Of((await session.Client.Jobs.GetResultAsync(id, cancellationToken)).Message));
        }

        return 0;
    }

    private static string Time(DateTimeOffset? time) => time is { } known ? $"{known.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "";
}
