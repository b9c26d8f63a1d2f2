using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>A job's row in the history; its truth is the journal.</summary>
public sealed class JobRow
{
    public required string Id { get; set; }

    public JobKind Kind { get; set; }

    public JobState State { get; set; }

    public required string Title { get; set; }

    public string? Note { get; set; }

    /// <summary>Ids of its devices between bars, for filtering.</summary>
    public string DeviceIds { get; set; } = "";

    /// <summary>JSON of <see cref="JobDevice"/>s.</summary>
    public string Devices { get; set; } = "[]";

    public string? ModelId { get; set; }

    public AcceleratorKind? Accelerator { get; set; }

    public double? PredictedP50Ms { get; set; }

    public double? PredictedP90Ms { get; set; }

    public long CreatedAtMs { get; set; }

    public long? FinishedAtMs { get; set; }

    public double? ActualMs { get; set; }
}

/// <summary>One append to a job's journal: what one turn decided, as a JSON array of events.</summary>
public sealed class JournalRow
{
    public required string JobId { get; set; }

    public long First { get; set; }

    public long Last { get; set; }

    public required byte[] Events { get; set; }
}

/// <summary>A device that belongs, or belonged, to the mesh.</summary>
public sealed class DeviceRow
{
    public required string Id { get; set; }

    public required string Name { get; set; }

    public required byte[] PublicKey { get; set; }

    public int Ordinal { get; set; }

    public long JoinedAtMs { get; set; }

    public LinkKind Link { get; set; }

    public bool Draining { get; set; }

    public bool Forgotten { get; set; }

    public long? LastSeenMs { get; set; }

    /// <summary>JSON of the last profile, or null.</summary>
    public string? Profile { get; set; }

    /// <summary>JSON list of calibrations.</summary>
    public string Calibrations { get; set; } = "[]";
}

public sealed class RowConfiguration : IEntityTypeConfiguration<JobRow>, IEntityTypeConfiguration<JournalRow>, IEntityTypeConfiguration<DeviceRow>
{
    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("Jobs").HasKey(j => j.Id);
        builder.Property(j => j.Kind).HasConversion<string>();
        builder.Property(j => j.State).HasConversion<string>();
        builder.Property(j => j.Accelerator).HasConversion<string>();
        builder.HasIndex(j => new { j.State, j.Id });
    }

    public void Configure(EntityTypeBuilder<JournalRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("Journal").HasKey(j => new { j.JobId, j.First });
    }

    public void Configure(EntityTypeBuilder<DeviceRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("Devices").HasKey(d => d.Id);
        builder.Property(d => d.Link).HasConversion<string>();
    }
}
