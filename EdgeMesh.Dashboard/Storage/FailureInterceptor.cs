using System.Data.Common;
using EdgeMesh.Dashboard.Health;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>Whatever the database refuses, whoever asked, becomes the state of storage.</summary>
internal sealed class FailureInterceptor(StorageHealth health) : IDbConnectionInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor
{
    public void ConnectionFailed(DbConnection connection, ConnectionErrorEventData eventData) => health.Failed(eventData.Exception);

    public Task ConnectionFailedAsync(DbConnection connection, ConnectionErrorEventData eventData, CancellationToken cancellationToken = default) => Tell(eventData.Exception);

    public void CommandFailed(DbCommand command, CommandErrorEventData eventData) => health.Failed(eventData.Exception);

    public Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) => Tell(eventData.Exception);

    public void TransactionFailed(DbTransaction transaction, TransactionErrorEventData eventData) => health.Failed(eventData.Exception);

    public Task TransactionFailedAsync(DbTransaction transaction, TransactionErrorEventData eventData, CancellationToken cancellationToken = default) => Tell(eventData.Exception);

    private Task Tell(Exception exception)
    {
        health.Failed(exception);
        return Task.CompletedTask;
    }
}
