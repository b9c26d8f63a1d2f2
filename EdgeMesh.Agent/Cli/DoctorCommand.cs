using System.CommandLine;
using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Doctor;
using EdgeMesh.Agent.Identity;

namespace EdgeMesh.Agent.Cli;

/// <summary><c>doctor</c>: goes the way to the dashboard layer by layer and names the one cause.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var (orchestrator, token, name, data) = (CommonOptions.Orchestrator(), CommonOptions.Token(), CommonOptions.Name(), CommonOptions.Data());
        var doctor = new Command("doctor", "Finds out why this device is not online: one cause and its remedy. With a token that is still good, it joins on the way. Exits with 0 when all is well.")
        {
            orchestrator, token, name, data,
        };
        doctor.SetAction((parsed, cancellation) => ExamineAsync(
            parsed.GetValue(orchestrator), CommonOptions.TokenOf(parsed.GetValue(token)),
            new AgentOptions(CommonOptions.DataOf(parsed.GetValue(data)), CommonOptions.NameOf(parsed.GetValue(name)), [], null), cancellation));
        return doctor;
    }

    private static async Task<int> ExamineAsync(string? orchestrator, string token, AgentOptions options, CancellationToken cancellationToken)
    {
        DeviceCertificateStore store = new(options.DataDirectory);
        var (dial, problem) = LastOrchestrator.Complete(orchestrator, token, store, options.DataDirectory);
        if (dial is null && (orchestrator is not null || token.Length > 0))
        {
            await Console.Error.WriteLineAsync(problem);
            return AgentCommand.BadUsage;
        }

        try
        {
            var facts = await new DoctorProbe(options, store, TimeProvider.System).GatherAsync(dial, cancellationToken);
            var diagnosis = Diagnosis.Of(facts, TimeProvider.System.GetUtcNow());
            Write(facts, diagnosis);
            return diagnosis.Cause is null ? 0 : AgentCommand.Failed;
        }
        catch (DeviceKeyException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return AgentCommand.Failed;
        }
    }

    private static void Write(DoctorFacts facts, Diagnosis diagnosis)
    {
        Console.WriteLine($"To {facts.Address?.GetLeftPart(UriPartial.Authority) ?? "no dashboard"}:");
        foreach (var layer in diagnosis.Layers)
        {
            var mark = layer.State switch { LayerState.Fine => "ok", LayerState.Broken => "no", LayerState.Note => "!", _ => "-" };
            Console.WriteLine($"  {mark,-3} {layer.Name,-11} {(layer.State == LayerState.NotReached ? "not checked yet" : layer.Words)}".TrimEnd());
        }

        Console.WriteLine(diagnosis.Cause is { } cause ? $"\nCause:  {cause.Detail} ({cause.Code})\nRemedy: {cause.Remedy}" : "\nAll is well.");
    }
}
