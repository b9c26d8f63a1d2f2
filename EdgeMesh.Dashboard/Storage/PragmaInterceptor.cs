using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>What belongs to a connection, not to the file.</summary>
internal sealed class PragmaInterceptor : DbConnectionInterceptor
{
    private static readonly string Sql = string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout={StorageSetup.LockSeconds * 1_000};");

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements above, no input in them
        command.CommandText = Sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements above, no input in them
        command.CommandText = Sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
