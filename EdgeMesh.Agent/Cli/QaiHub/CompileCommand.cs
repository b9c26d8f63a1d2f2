using System.CommandLine;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Onnx;
using EdgeMesh.QaiHub.Options;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary><c>qaihub compile</c>: uploads a model if need be, checks, compiles, and profiles if asked to.</summary>
internal static class CompileCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "An .onnx, .pt or .tflite file, a folder or zip with an .onnx file, or the id of an uploaded model." };
        var runtime = new Option<string>("--runtime") { Description = "onnx, precompiled_qnn_onnx, qnn_context_binary, qnn_dlc or tflite.", DefaultValueFactory = _ => "onnx" };
        var input = new Option<string[]>("--input") { Description = "An input's shape, such as image=1,3,224,224, or sr=[] for a scalar; may be repeated. Default: as the model says.", Arity = ArgumentArity.ZeroOrMore };
        var andProfile = new Option<bool>("--and-profile") { Description = "Measures the compiled model on the same device." };
        var force = new Option<bool>("--force") { Description = "Sends it although a check says that it will fail." };
        var (device, os, attribute) = (CommonOptions.Device(), CommonOptions.Os(), CommonOptions.Attribute());
        var (options, name, noWait, profile) = (CommonOptions.Options(), CommonOptions.Name(), CommonOptions.NoWait(), CommonOptions.Profile());
        var command = new Command("compile", "Compiles a model for a device; prints the job's id.") { model, device, os, attribute, runtime, input, options, name, andProfile, force, noWait, profile };
        command.SetAction((parsed, cancellation) => HubSession.RunAsync(parsed.GetValue(profile), async session =>
        {
            var target = await session.DeviceAsync(parsed.GetValue(device)!, parsed.GetValue(os), parsed.GetValue(attribute), cancellation);
            var line = OptionLine.Parse(parsed.GetValue(options) ?? "");
            line = line["--target_runtime"] is null ? line.With("--target_runtime", parsed.GetValue(runtime)) : line;
            var wish = new Wish(parsed.GetValue(model)!, target, line, parsed.GetValue(input) ?? [], parsed.GetValue(name) ?? "", parsed.GetValue(force));
            return await RunAsync(session, wish, parsed.GetValue(andProfile), !parsed.GetValue(noWait), cancellation);
        }));
        return command;
    }

    private static async Task<int> RunAsync(HubSession session, Wish wish, bool andProfile, bool wait, CancellationToken cancellationToken)
    {
        var package = File.Exists(wish.Model) || Directory.Exists(wish.Model) ? ModelPackage.Open(wish.Model) : null;
        var inputs = InputShapes.Apply(package?.Onnx?.Inputs ?? [], wish.Inputs);
        Check(wish, inputs, package?.Onnx);
        var name = wish.Name.Length > 0 ? wish.Name : Path.GetFileNameWithoutExtension(wish.Model.TrimEnd('/', '\\'));
        var id = package is null ? wish.Model : await ModelUploads.SendAsync(session.Client, package, name, cancellationToken);
        var job = await session.SubmitAsync(new CompileRequest(id, wish.Device, inputs, name, wish.Options.ToString()), wait || andProfile, cancellationToken);
        if (job is null || !andProfile)
        {
            return 0;
        }

        var compiled = job.TargetModel ?? throw new QaiHubException(HubFailure.NotReady, $"Job {job.Id} is done and names no model.", "Look at it at the service.");
        return await ProfileCommand.RunAsync(session, new ProfileRequest(compiled.Id, wish.Device, name), wait, cancellationToken);
    }

    private static void Check(Wish wish, ImmutableArray<TensorSpec> inputs, OnnxModel? model)
    {
        var findings = CompileChecks.Check(wish.Device, inputs, model?.Outputs ?? [], wish.Options, model?.Inputs ?? []);
        foreach (var finding in findings)
        {
            HubSession.Say($"{(finding.Blocks ? "Would fail" : "Note")}: {finding.Cause} {finding.Remedy}");
        }

        if (!wish.Force && findings.Any(f => f.Blocks))
        {
            throw new QaiHubException(HubFailure.CheckFailed, "Nothing was sent.", "Correct what is said above, or add --force.");
        }
    }

    private sealed record Wish(string Model, HubDevice Device, OptionLine Options, string[] Inputs, string Name, bool Force);
}
