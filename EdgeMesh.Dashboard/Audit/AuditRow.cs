using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Audit;

/// <summary>A line of the audit log as it is stored. The table takes no update, and no deletion of what is still to be kept (triggers of its migration).</summary>
internal sealed class AuditRow : IEntityTypeConfiguration<AuditRow>
{
    /// <summary>From 1, without gaps.</summary>
    public long Sequence { get; set; }

    public long AtMs { get; set; }

    public string Actor { get; set; } = "";

    public Guid? KeyId { get; set; }

    public string From { get; set; } = "";

    public string Action { get; set; } = "";

    public string Target { get; set; } = "";

    /// <summary>Why it was refused; empty when it was done.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>Hash of the line before; 32 bytes.</summary>
    public byte[] Previous { get; set; } = [];

    /// <summary>SHA-256 over <see cref="Previous"/> and everything above.</summary>
    public byte[] Hash { get; set; } = [];

    public void Configure(EntityTypeBuilder<AuditRow> builder)
    {
        builder.ToTable("Audit").HasKey(a => a.Sequence);
        builder.Property(a => a.Sequence).ValueGeneratedNever();
        builder.HasIndex(a => a.AtMs);
    }
}
