using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>A submission that was stored with a key; the row is written with the job's first events, all or nothing.</summary>
public sealed class SubmissionKeyRow : IEntityTypeConfiguration<SubmissionKeyRow>
{
    public string Caller { get; set; } = "";

    public string Key { get; set; } = "";

    /// <summary>Hash of the request.</summary>
    public string Body { get; set; } = "";

    public string JobId { get; set; } = "";

    public long CreatedAtMs { get; set; }

    public void Configure(EntityTypeBuilder<SubmissionKeyRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("SubmissionKeys").HasKey(k => new { k.Caller, k.Key });
        builder.HasIndex(k => k.CreatedAtMs);
    }
}

/// <summary>Reads the keys of submissions; they count for a day.</summary>
public sealed class SubmissionKeys(IDbContextFactory<MeshDbContext> contexts, TimeProvider time)
{
    private static readonly TimeSpan Counts = TimeSpan.FromHours(24);

    /// <summary>The submission that was stored with this key, or null. It is read without writing, so that it is answered on a full disk too; before a new one is stored, those that no longer count are removed.</summary>
    public async Task<SubmissionKeyRow?> FindAsync(SubmitOnce once, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(once);
        var oldest = (time.GetUtcNow() - Counts).ToUnixTimeMilliseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await db.Set<SubmissionKeyRow>().AsNoTracking().FirstOrDefaultAsync(k => k.Caller == once.Caller && k.Key == once.Key, cancellationToken);
        if (stored?.CreatedAtMs > oldest)
        {
            return stored;
        }

        await db.Set<SubmissionKeyRow>().Where(k => k.CreatedAtMs <= oldest).ExecuteDeleteAsync(cancellationToken);
        return null;
    }
}
