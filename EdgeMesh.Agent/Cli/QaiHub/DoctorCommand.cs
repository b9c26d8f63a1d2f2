using System.CommandLine;
using EdgeMesh.QaiHub;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub doctor</c>: what works, and the fix for what does not.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var profile = CommonOptions.Profile();
        var command = new Command("doctor", "Checks the configuration, the host, the clock and the token.") { profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(parsed.GetValue(profile), session => RunAsync(session, cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(HubSession session, CancellationToken cancellationToken)
    {
        var status = await session.Doctor.CheckAsync(session.Found, cancellationToken);
        foreach (var check in status.Checks)
        {
            Console.WriteLine($"{(check.Ok ? "ok    " : check.Skipped ? "-     " : "FAILED")}  {check.Name,-13}  {check.Detail}");
            if (check.Remedy is { } remedy)
            {
                Console.WriteLine($"{"",8}{"",15}{remedy}");
            }
        }

        if (status.Source == HubSource.Emulator)
        {
            Console.WriteLine("This is an emulator: devices, times and results are made up.");
        }

        return status.Checks.All(c => c.Ok) ? 0 : 1;
    }
}
