using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>Execution providers that come as their own library (<c>onnxruntime_providers_qnn</c> and the like), registered once per process.</summary>
public static class PluginLibraries
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Registered = new(StringComparer.Ordinal);

    /// <summary>Loads the library. It is code: only paths from the agent's own configuration come here, never from a model folder.</summary>
    /// <exception cref="TaskFailedException">Unsupported: it is not there, or is no such library.</exception>
    public static void Register(string path)
    {
        var full = Path.GetFullPath(path);
        lock (Gate)
        {
            if (Registered.Contains(full))
            {
                return;
            }

            if (!File.Exists(full))
            {
                throw new TaskFailedException(ReasonCode.Unsupported, $"The execution provider library {Path.GetFileName(full)} is not there.");
            }

            try
            {
                OrtEnv.Instance().RegisterExecutionProviderLibrary(Path.GetFileNameWithoutExtension(full), full);
                Registered.Add(full);
            }
            catch (OnnxRuntimeException e)
            {
                throw new TaskFailedException(ReasonCode.Unsupported, $"{Path.GetFileName(full)} could not be loaded as an execution provider library: {SessionErrors.Short(e.Message)}");
            }
        }
    }

    /// <summary>The devices that registered libraries offer for this provider.</summary>
    public static IReadOnlyList<OrtEpDevice> Devices(string providerName) =>
        [.. OrtEnv.Instance().GetEpDevices().Where(d => d.EpName.Equals(providerName, StringComparison.Ordinal))];
}
