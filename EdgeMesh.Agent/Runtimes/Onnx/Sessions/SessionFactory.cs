using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>Opens models. Whatever goes wrong, ends in a named error: a missing accelerator is never replaced silently.</summary>
public static class SessionFactory
{
    /// <summary>Opens the model on the provider.</summary>
    /// <param name="modelPath">The <c>.onnx</c> file; one with EPContext nodes (a QNN context binary) opens the same way.</param>
    /// <param name="provider">Where to run it.</param>
    /// <param name="choices">Threads, strictness; null is <see cref="SessionChoices.Default"/>.</param>
    /// <exception cref="TaskFailedException">
    /// Unsupported (not in this build; cannot run the model), ModelMissing (a file is missing or damaged), OutOfMemory,
    /// Refused (the model wants to read outside its folder), BadInput (choices out of range).
    /// </exception>
    public static OpenedSession Open(string modelPath, ExecutionProvider provider, SessionChoices? choices = null)
    {
        choices ??= SessionChoices.Default;
        if (choices.Threads is < 0 or > 256)
        {
            throw new TaskFailedException(ReasonCode.BadInput, $"Threads must be between 0 and 256, not {choices.Threads}.");
        }

        try
        {
            var file = OnnxFileReader.Read(modelPath);
            ModelFolder.Check(file, choices.Root ?? Path.GetDirectoryName(Path.GetFullPath(modelPath))!);
            using var options = Options(provider, choices);
            return new OpenedSession(new InferenceSession(modelPath, options), file, provider, choices);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw SessionErrors.Opening(e, modelPath, provider);
        }
    }

    private static SessionOptions Options(ExecutionProvider provider, SessionChoices choices)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = choices.Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            // One plan is kept per input shape; a growing sequence would add one per token.
            EnableMemoryPattern = false,
        };
        try
        {
            // Not session.set_denormal_as_zero: it changes the mode of the calling thread, and .NET's vector code then goes wrong (IndexOfMax returns 0).
            if (choices.RequireAccelerator && provider.Kind != AcceleratorKind.CPU)
            {
                options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }

            if (choices.ProveProvider)
            {
                options.ProfileOutputPathPrefix = Path.Combine(Path.GetTempPath(), $"edgemesh-{Guid.NewGuid():N}");
                options.EnableProfiling = true;
            }

            provider.AppendTo(options);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }
}
