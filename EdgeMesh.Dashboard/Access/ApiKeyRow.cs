using EdgeMesh.Dashboard.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Access;

/// <summary>A key as it is stored: never its secret.</summary>
internal sealed class ApiKeyRow
{
    public Guid Id { get; set; }

    public string Name { get; set; } = "";

    public string Prefix { get; set; } = "";

    /// <summary>SHA-256 of the secret.</summary>
    public byte[] Hash { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public bool IsAdmin { get; set; }

    public Scopes May { get; set; }

    public long? ExpiresAtMs { get; set; }
}

internal sealed class ApiKeyRowConfiguration : IEntityTypeConfiguration<ApiKeyRow>
{
    public void Configure(EntityTypeBuilder<ApiKeyRow> builder)
    {
        builder.ToTable("ApiKeys");
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Name).HasMaxLength(ApiKeys.LongestName);
        builder.Property(k => k.Prefix).HasMaxLength(16);
        builder.Property(k => k.Hash).HasMaxLength(32);
        builder.HasIndex(k => k.Hash).IsUnique();
        builder.Property(k => k.CreatedAt).HasConversion(at => at.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
        builder.Property(k => k.LastUsedAt).HasConversion(
            at => at == null ? (long?)null : at.Value.ToUnixTimeMilliseconds(), ms => ms == null ? null : DateTimeOffset.FromUnixTimeMilliseconds(ms.Value));
    }
}
