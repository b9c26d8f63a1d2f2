using EdgeMesh.Core.Models;
using EdgeMesh.Core.Primitives;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Preferred models in memory.</summary>
public sealed class FakeModelSettings : IModelSettings
{
    public ModelPreferences Current { get; private set; } = ModelPreferences.Default;

    public Task<Problem?> SaveAsync(ModelPreferences preferences, CancellationToken cancellationToken)
    {
        var wrong = ModelPreferencesValidator.Validate(preferences);
        Current = wrong is null ? preferences : Current;
        return Task.FromResult(wrong);
    }
}
