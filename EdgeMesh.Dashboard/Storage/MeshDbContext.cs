using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>The mesh's database. Each feature keeps its rows and their <see cref="IEntityTypeConfiguration{TEntity}"/> in its own folder.</summary>
public sealed class MeshDbContext(DbContextOptions<MeshDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(MeshDbContext).Assembly);
    }
}
