using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>The journal's own connection with its prepared statements; opened when needed, and again after it was closed.</summary>
internal sealed class JournalConnection(IDbContextFactory<MeshDbContext> contexts) : IDisposable
{
    private MeshDbContext? _db;
    private JournalCommands? _commands;

    public JournalCommands Commands => _commands ??= Open();

    public void Close()
    {
        _commands?.Dispose();
        _db?.Dispose();
        (_commands, _db) = (null, null);
    }

    public void Dispose() => Close();

    private JournalCommands Open()
    {
        _db ??= contexts.CreateDbContext();
        _db.Database.OpenConnection();
        return new JournalCommands(_db.Database.GetDbConnection());
    }
}
