using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>A loaded model with what is known of it.</summary>
public sealed class OpenedSession : IDisposable
{
    private bool _profiling;

    internal OpenedSession(InferenceSession session, OnnxFile file, ExecutionProvider provider, SessionChoices choices) =>
        (Session, File, Provider, _profiling) = (session, file, provider, choices.ProveProvider);

    public InferenceSession Session { get; }

    public OnnxFile File { get; }

    /// <summary>The provider that was asked for; <see cref="Shares"/> says what ran.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Which provider ran how many of the nodes in the warm-up run; null until <see cref="ReadShares"/>.</summary>
    public ProviderShares? Shares { get; private set; }

    /// <summary>
    /// Runs <paramref name="warmUp"/> on this very session under the profiler, reads who ran what, and switches the profiler off for good:
    /// the weights are loaded once, and real work is not slowed. A second call does nothing.
    /// </summary>
    public void ReadShares(Action warmUp)
    {
        if (!_profiling)
        {
            return;
        }

        try
        {
            warmUp();
        }
        finally
        {
            Shares = EndProfiling();
        }
    }

    public void Dispose()
    {
        if (_profiling)
        {
            EndProfiling();
        }

        Session.Dispose();
    }

    private ProviderShares EndProfiling()
    {
        _profiling = false;
        var path = Session.EndProfiling();
        try
        {
            return ProviderShares.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            throw new TaskFailedException(ReasonCode.Internal, $"The profile of the warm-up run cannot be read: {SessionErrors.Short(e.Message)}");
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
