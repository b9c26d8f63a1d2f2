using EdgeMesh.QaiHub.Tensors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>A tracked job in the history.</summary>
public sealed class HubJobRow
{
    /// <summary>The service it is of, so that changing the host mixes nothing.</summary>
    public required string Host { get; set; }

    public required string Id { get; set; }

    public long CreatedAtMs { get; set; }

    public bool IsOver { get; set; }

    /// <summary>JSON of the <see cref="TrackedJob"/>.</summary>
    public required string Job { get; set; }
}

/// <summary>Inputs of a model that this dashboard uploaded.</summary>
public sealed class HubModelRow
{
    public required string Host { get; set; }

    public required string Id { get; set; }

    /// <summary>JSON of the <see cref="TensorSpec"/>s.</summary>
    public required string Inputs { get; set; }
}

public sealed class HubRowConfiguration : IEntityTypeConfiguration<HubJobRow>, IEntityTypeConfiguration<HubModelRow>
{
    public void Configure(EntityTypeBuilder<HubJobRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("QaiHubJobs").HasKey(j => new { j.Host, j.Id });
        builder.HasIndex(j => new { j.Host, j.CreatedAtMs });
    }

    public void Configure(EntityTypeBuilder<HubModelRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("QaiHubModels").HasKey(m => new { m.Host, m.Id });
    }
}
