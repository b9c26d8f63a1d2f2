using System.Text.Json;
using EdgeMesh.Agent.Files;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Models;

/// <summary>An order whose transfers had not all ended when the dashboard did.</summary>
/// <param name="Order">Null when it held a secret: those are not written down, and the order cannot go on by itself.</param>
/// <param name="Transfers">Those that had not ended.</param>
public sealed record LeftOrder(ModelOrder? Order, ImmutableArray<ModelTransfer> Transfers);

/// <summary>
/// The orders whose transfers run, on disk (<c>transfers.json</c>), so that the next start goes on with them. Written before an order is accepted. Thread-safe.
/// </summary>
public sealed partial class TransferJournal
{
    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly ILogger<TransferJournal> _logger;
    private ImmutableArray<LeftOrder> _open;

    public TransferJournal(DashboardOptions options, ILogger<TransferJournal> logger)
    {
        (_file, _logger) = (Path.Combine(options.DataDirectory, "transfers.json"), logger);
        _open = Left = Read();
    }

    /// <summary>What the last run of the dashboard left.</summary>
    public ImmutableArray<LeftOrder> Left { get; }

    /// <summary>These run from now on.</summary>
    public void Begin(ModelOrder order, ImmutableArray<ModelTransfer> transfers) => Change(open => open.Add(new LeftOrder(order.Source.HoldsSecret ? null : order with { Skills = order.Skills.IsDefault ? [] : order.Skills }, transfers)));

    /// <summary>This one has ended.</summary>
    public void End(string transfer) => Change(open =>
        [.. open.Select(o => o with { Transfers = o.Transfers.RemoveAll(t => t.Id == transfer) }).Where(o => !o.Transfers.IsEmpty)]);

    private void Change(Func<ImmutableArray<LeftOrder>, ImmutableArray<LeftOrder>> change)
    {
        lock (_gate)
        {
            _open = change(_open);
            try
            {
                OwnerOnlyFile.Write(_file, JsonSerializer.Serialize(_open));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(_logger, e.Message);
            }
        }
    }

    private ImmutableArray<LeftOrder> Read()
    {
        try
        {
            var left = File.Exists(_file) ? JsonSerializer.Deserialize<ImmutableArray<LeftOrder>>(File.ReadAllBytes(_file)) : [];
            return left.IsDefault ? [] : left.RemoveAll(o => o is null || o.Transfers.IsDefaultOrEmpty);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            Log.NotRead(_logger, e.Message);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 520, Level = LogLevel.Warning, Message = "The list of running model transfers could not be read: {Cause}")]
        public static partial void NotRead(ILogger logger, string cause);

        [LoggerMessage(EventId = 521, Level = LogLevel.Warning, Message = "The list of running model transfers could not be written: {Cause}")]
        public static partial void NotWritten(ILogger logger, string cause);
    }
}
