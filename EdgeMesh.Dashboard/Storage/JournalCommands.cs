using System.Data;
using System.Data.Common;
using System.Text.Json;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>The journal's prepared statements: this is the hot path, a few microseconds an append.</summary>
internal sealed class JournalCommands : IDisposable
{
    private const string Rehearsal = "rehearsal";

    private readonly DbConnection _connection;
    private readonly DbCommand _append;
    private readonly DbCommand _job;
    private readonly DbCommand _once;

    public JournalCommands(DbConnection connection)
    {
        _connection = connection;
        _append = Prepare("INSERT INTO Journal (JobId, First, Last, Events) VALUES ($id, $first, $last, $events)", "$id", "$first", "$last", "$events");
        _once = Prepare(
            "INSERT INTO SubmissionKeys (Caller, Key, Body, JobId, CreatedAtMs) VALUES ($caller, $key, $body, $id, $created)", "$caller", "$key", "$body", "$id", "$created");
        _job = Prepare(
            """
            INSERT INTO Jobs (Id, Kind, State, Title, Note, DeviceIds, Devices, ModelId, Accelerator, PredictedP50Ms, PredictedP90Ms, CreatedAtMs, FinishedAtMs, ActualMs)
            VALUES ($id, $kind, $state, $title, $note, $deviceIds, $devices, $model, $accelerator, $p50, $p90, $created, $finished, $actual)
            ON CONFLICT (Id) DO UPDATE SET State = $state, Note = $note, DeviceIds = $deviceIds, Devices = $devices, ModelId = $model,
              Accelerator = $accelerator, PredictedP50Ms = $p50, PredictedP90Ms = $p90, FinishedAtMs = $finished, ActualMs = $actual
            """,
            "$id", "$kind", "$state", "$title", "$note", "$deviceIds", "$devices", "$model", "$accelerator", "$p50", "$p90", "$created", "$finished", "$actual");
    }

    public void Commit(List<Journal.Append> batch)
    {
        using var transaction = _connection.BeginTransaction();
        (_append.Transaction, _job.Transaction, _once.Transaction) = (transaction, transaction, transaction);
        foreach (var append in batch)
        {
            if (!append.Kept)
            {
                transaction.Save(Rehearsal);
            }

            foreach (var row in append.Rows)
            {
                Run(_append, append.View.Id.Value, row.First, row.Last, row.Events);
            }

            Upsert(append.View);
            if (append.Once is { } once)
            {
                Run(_once, once.Caller, once.Key, once.Body, append.View.Id.Value, append.View.CreatedAt.ToUnixTimeMilliseconds());
            }

            if (!append.Kept)
            {
                transaction.Rollback(Rehearsal);
            }
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        _append.Dispose();
        _job.Dispose();
        _once.Dispose();
    }

    private static void Run(DbCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    private void Upsert(JobView view)
    {
        var attempts = view.Tasks.Where(t => t.Current is not null).Select(t => t.Current!).ToList();
        var devices = attempts.Select(a => new JobDevice(a.DeviceId, a.DeviceName)).Distinct().ToList();
        var last = attempts.Count > 0 ? attempts[^1] : null;
        Run(
            _job, view.Id.Value, view.Request.Kind.ToString(), view.State.ToString(), view.Title, JobProgress.Note(view), $"|{string.Join('|', devices.Select(d => d.Id))}|",
            JsonSerializer.Serialize(devices, CoreJson.Options), last?.ModelId, last?.Receipt?.Accelerator?.ToString(), view.Predicted?.P50Ms, view.Predicted?.P90Ms,
            view.CreatedAt.ToUnixTimeMilliseconds(), view.FinishedAt?.ToUnixTimeMilliseconds(), view.ActualMs);
    }

    private DbCommand Prepare(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // the statements above, no input in them
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Direction = ParameterDirection.Input;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
