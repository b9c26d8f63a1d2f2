using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Checks the annotations of <see cref="DashboardOptions"/> at start.</summary>
[OptionsValidator]
internal sealed partial class DashboardOptionsValidator : IValidateOptions<DashboardOptions>;
