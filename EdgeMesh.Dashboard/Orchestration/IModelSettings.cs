using EdgeMesh.Core.Models;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>The models that are preferred per job kind, as a person set them.</summary>
public interface IModelSettings
{
    /// <summary>As they are now; every decision reads them.</summary>
    ModelPreferences Current { get; }

    /// <summary>Keeps other ones; null when done, else what is wrong with them.</summary>
    /// <exception cref="IOException">The data directory cannot be written.</exception>
    Task<Problem?> SaveAsync(ModelPreferences preferences, CancellationToken cancellationToken);
}
