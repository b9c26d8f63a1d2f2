using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>A session as it is stored: never its secrets.</summary>
internal sealed class SessionRow : IEntityTypeConfiguration<SessionRow>
{
    public Guid Id { get; set; }

    public Guid KeyId { get; set; }

    /// <summary>SHA-256 of the secret of each origin at which the session was begun, 32 bytes each, the newest last.</summary>
    public byte[] Origins { get; set; } = [];

    public long CreatedAtMs { get; set; }

    public long LastSeenAtMs { get; set; }

    public string Address { get; set; } = "";

    public string Browser { get; set; } = "";

    public void Configure(EntityTypeBuilder<SessionRow> builder)
    {
        builder.ToTable("Sessions").HasKey(s => s.Id);
        builder.Property(s => s.Address).HasMaxLength(64);
        builder.Property(s => s.Browser).HasMaxLength(64);
    }
}
